// SPDX-License-Identifier: MIT
#include "trials.hpp"
#include <training/counter.hpp>
#include <training/lines.hpp>
#include <training/on_threads.hpp>
#include <fstream>
#include <mutex>

namespace noisy_labels {

trials::trials(settings const& s, std::map<std::string, data> const& by_name, std::string const& lines_file)
    : base(s), sets(by_name), file(s.out / lines_file) {
    read_lines(file, [&](nlohmann::json& j) {
        outcome o{j.at("validation"), j.value("test", 0.0), j.at("diverged")};
        for (char const* found : {"validation", "test", "diverged"}) j.erase(found);
        known[j.dump()] = o;
    });
}

nlohmann::json trials::what(experiment const& e) const {
    nlohmann::json j{{"data", e.what.data},
            {"net", e.what.net},
            {"epochs", e.what.epochs},
            {"loss", e.with.name},
            {"numbers", e.with.numbers},
            {"length", e.with.length},
            {"rate", e.rate},
            {"decay", e.decay},
            {"noise", e.wrong.percent},
            {"asymmetric", e.wrong.asymmetric},
            {"seed", e.seed},
            {"samples", sets.at(e.what.data).checksum},
            {"tuning", !e.test}};
    if (e.wrong.drawn) j["drawn"] = true;
    return j;
}

nlohmann::json trials::line(experiment const& e, outcome const& o) const {
    nlohmann::json j = what(e);
    j["validation"] = o.validation, j["diverged"] = o.diverged;
    if (e.test) j["test"] = o.test;
    return j;
}

bool trials::make(std::string const& name, std::vector<experiment> const& all) {
    std::vector<experiment> left;
    for (auto const& e : all)
        if (!known.count(what(e).dump())) left.push_back(e);
    counter bar(name, long(left.size()));
    std::mutex one;
    std::ofstream to(file, std::ios::app);
    on_threads(base.threads, Index(left.size()), [&](Index i) {
        experiment const& e = left[std::size_t(i)];
        const outcome o = train(e, sets.at(e.what.data));
        std::lock_guard lock(one);
        if (!(to << line(e, o).dump() << std::endl)) throw std::runtime_error("could not write " + file.string());
        known[what(e).dump()] = o;
        bar.count();
        if (++finished == base.stop_after) interrupted = 1;
    });
    if (interrupted) bar.leave();
    return !interrupted;
}

outcome const& trials::at(experiment const& e) const { return known.at(what(e).dump()); }

std::string trials::lines(std::vector<experiment> const& all) const {
    std::string text;
    for (auto const& e : all) text += line(e, at(e)).dump() + "\n";
    return text;
}

}  // namespace noisy_labels
