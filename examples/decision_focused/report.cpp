// SPDX-License-Identifier: MIT
#include "report.hpp"
#include "trials.hpp"
#include <nlohmann/json.hpp>
#include <training/counter.hpp>
#include <training/on_threads.hpp>
#include <training/chart.hpp>
#include <training/files.hpp>
#include <training/run.hpp>
#include <mutex>

namespace decision_focused {
namespace {

/// The second choice is the one in the middle where there are three.
loss usual(std::string const& name) {
    auto const& choices = about(name).choices;
    return {name, choices[choices.size() > 2 ? 1 : 0]};
}

}  // namespace

bool compare(settings const& s) {
    const task what = s.one();
    const data d = draw(what, s.seed);
    std::vector<std::pair<experiment, outcome>> all;
    for (auto const& name : s.losses) {
        if (!fits(name, what.problem)) throw std::runtime_error(name + " needs a problem with equalities; " + what.problem + " has none");
        all.push_back({{what, usual(name), 1e-2, s.seed}, {}});
    }
    counter bar(what.name(), long(all.size()) * what.epochs);
    std::mutex one;
    on_threads(s.threads, Index(all.size()), [&](Index i) {
        auto& [e, found] = all[std::size_t(i)];
        found = train(e, d, [&] {
            std::lock_guard lock(one);
            bar.count();
        });
    });
    if (interrupted) return bar.leave(), false;

    std::vector<series> curves;
    nlohmann::json runs = nlohmann::json::array();
    std::printf("\n%s, seed %u\n%-36s %8s %8s %18s %18s\n", what.name().c_str(), s.seed, "regret, %", "of sums", "mean", "solves", "seconds");
    for (auto const& [e, found] : all) {
        series line{e.with.name, about(e.with.name).colour, {}};
        for (std::size_t k = 0; k < found.curve.size(); ++k) line.points.push_back({double(k + 1), 100 * found.curve[k]});
        curves.push_back(line);
        runs.push_back({{"loss", e.with.name},
                        {"numbers", e.with.numbers},
                        {"rate", e.rate},
                        {"normalised", found.normalised},
                        {"mean_ratio", found.mean_ratio},
                        {"solves_before", found.solves_before},
                        {"solves", found.solves},
                        {"seconds_before", found.seconds_before},
                        {"seconds", found.seconds},
                        {"curve", found.curve}});
        std::printf("%-36s %8.2f %8.2f %9ld + %6ld %9.3f + %6.3f%s\n", e.with.title().c_str(), 100 * found.normalised, 100 * found.mean_ratio,
                    found.solves_before, found.solves, found.seconds_before, found.seconds, found.diverged ? "  diverged" : "");
    }
    write(s.out / "report.json", nlohmann::json{{"task", what.name()}, {"seed", s.seed}, {"runs", runs}}.dump(2) + "\n");
    write(s.out / "regret.svg", chart::file(820, 420, {chart::curves({.x_name = "epoch", .y_name = "normalised regret, %", .most = 12}, curves)}));
    std::printf("\nLook at %s\nand for the numbers at report.json beside it.\n", (s.out / "regret.svg").c_str());
    return true;
}

}  // namespace decision_focused
