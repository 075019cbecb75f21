// SPDX-License-Identifier: MIT
#include "trials.hpp"
#include <training/counter.hpp>
#include <training/lines.hpp>
#include <training/on_threads.hpp>
#include <fstream>
#include <mutex>

namespace decision_focused {

trials::trials(settings const& s, std::string const& lines_file) : base(s), file(s.out / lines_file) {
    read_lines(file, [&](nlohmann::json& j) {
        outcome o;
        auto take = [&](char const* key, auto& value) { j.at(key).get_to(value), j.erase(key); };
        take("normalised", o.normalised), take("mean_ratio", o.mean_ratio), take("solves_before", o.solves_before), take("solves", o.solves);
        take("seconds_before", o.seconds_before), take("seconds", o.seconds), take("diverged", o.diverged);
        known[j.dump()] = o;
    });
}

nlohmann::json trials::what(experiment const& e) {
    return {{"problem", e.what.problem},   {"size", e.what.size()},   {"degree", e.what.degree}, {"features", e.what.features}, {"train", e.what.train},
            {"test", e.what.test},         {"epochs", e.what.epochs}, {"loss", e.with.name},     {"numbers", e.with.numbers},   {"rate", e.rate},
            {"capacity", e.what.capacity}, {"seed", e.seed},          {"tuning", e.tuning}};
}

nlohmann::json trials::line(experiment const& e, outcome const& o, bool seconds) {
    nlohmann::json j = what(e);
    j["normalised"] = o.normalised, j["mean_ratio"] = o.mean_ratio, j["diverged"] = o.diverged;
    j["solves_before"] = o.solves_before, j["solves"] = o.solves;
    if (seconds) j["seconds_before"] = o.seconds_before, j["seconds"] = o.seconds;
    return j;
}

bool trials::make(std::string const& name, std::vector<experiment> const& all) {
    std::vector<experiment> left;
    for (auto const& e : all)
        if (!known.count(what(e).dump())) left.push_back(e);

    using key = std::pair<std::string, unsigned>;
    std::map<key, data> sets;
    for (auto const& e : left)
        if (const key k{e.what.name(), e.seed}; !sets.count(k)) sets.emplace(k, draw(e.what, e.seed));

    counter bar(name, long(left.size()));
    std::mutex one;
    std::ofstream to(file, std::ios::app);
    on_threads(base.threads, Index(left.size()), [&](Index i) {
        experiment const& e = left[std::size_t(i)];
        const outcome o = train(e, sets.at({e.what.name(), e.seed}));
        std::lock_guard lock(one);
        if (!(to << line(e, o, true).dump() << std::endl)) throw std::runtime_error("could not write " + file.string());
        known[what(e).dump()] = o;
        bar.count();
        if (++finished == base.stop_after) interrupted = 1;
    });
    if (interrupted) bar.leave();
    return !interrupted;
}

outcome const& trials::at(experiment const& e) const { return known.at(what(e).dump()); }

std::string trials::lines(std::vector<experiment> const& all, bool seconds) const {
    std::string text;
    for (auto const& e : all) text += line(e, at(e), seconds).dump() + "\n";
    return text;
}

}  // namespace decision_focused
