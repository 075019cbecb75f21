// SPDX-License-Identifier: MIT
#include "trials.hpp"
#include <training/counter.hpp>
#include <training/lines.hpp>
#include <training/on_threads.hpp>
#include <fstream>
#include <limits>
#include <mutex>

namespace multitask_control {

nlohmann::json described(experiment const& e) {
    plan const& p = e.size;
    return {{"variant", e.with.name},     {"rate", e.rate},       {"seed", e.seed},
            {"iterations", p.iterations}, {"streams", p.streams}, {"steps", p.steps},
            {"epochs", p.epochs},         {"batches", p.batches}, {"points", p.points},
            {"episodes", p.episodes},     {"hidden", p.hidden},   {"layers", p.layers},
            {"discount", p.discount},     {"trace", p.trace},     {"clip", p.clip},
            {"entropy", p.entropy},       {"longest", p.longest}, {"log_deviation", p.log_deviation},
            {"unit_rate", p.unit_rate}};
}

/// An infinite condition number is null.
nlohmann::json described(finding const& f) {
    nlohmann::json curve = nlohmann::json::array();
    for (point const& p : f.curve) curve.push_back({p.iteration, p.success, p.scale_spread, p.collapse, p.condition});
    return {{"diverged", f.diverged}, {"curve", curve}};
}

namespace {

finding read_finding(nlohmann::json const& j) {
    finding f;
    j.at("diverged").get_to(f.diverged);
    const auto number = [](nlohmann::json const& x) { return x.is_null() ? std::numeric_limits<double>::infinity() : x.get<double>(); };
    for (auto const& p : j.at("curve")) f.curve.push_back({p.at(0), p.at(1), number(p.at(2)), number(p.at(3)), number(p.at(4))});
    return f;
}

nlohmann::json line(experiment const& e, finding const& f) {
    nlohmann::json j = described(e);
    j.update(described(f));
    return j;
}

}  // namespace

trials::trials(settings const& s, std::string const& lines_file) : base(s), file(s.out / lines_file) {
    read_lines(file, [&](nlohmann::json& j) {
        const finding f = read_finding(j);
        j.erase("diverged"), j.erase("curve");
        known[j.dump()] = f;
    });
}

bool trials::make(std::string const& name, std::vector<experiment> const& all) {
    std::vector<experiment> left;
    long iterations = 0;
    for (auto const& e : all)
        if (!known.count(described(e).dump())) left.push_back(e), iterations += e.size.iterations;
    counter bar(name, iterations);
    std::mutex one;
    std::ofstream to(file, std::ios::app);
    on_threads(base.threads, Index(left.size()), [&](Index i) {
        experiment const& e = left[std::size_t(i)];
        const finding f = train(e, [&] {
            std::lock_guard lock(one);
            bar.count();
            return !interrupted;
        });
        std::lock_guard lock(one);
        if (f.curve.back().iteration != e.size.iterations) return;
        if (!(to << line(e, f).dump() << std::endl)) throw std::runtime_error("could not write " + file.string());
        known[described(e).dump()] = f;
        if (++finished == base.stop_after) interrupted = 1;
    });
    if (interrupted) bar.leave();
    return !interrupted;
}

finding const& trials::at(experiment const& e) const { return known.at(described(e).dump()); }

std::string trials::lines(std::vector<experiment> const& all) const {
    std::string text;
    for (auto const& e : all) text += line(e, at(e)).dump() + "\n";
    return text;
}

}  // namespace multitask_control
