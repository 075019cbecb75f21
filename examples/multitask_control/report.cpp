// SPDX-License-Identifier: MIT
#include "report.hpp"
#include "pictures.hpp"
#include "tables.hpp"
#include <nlohmann/json.hpp>
#include <training/counter.hpp>
#include <training/files.hpp>
#include <training/on_threads.hpp>
#include <training/run.hpp>
#include <mutex>

namespace multitask_control {
namespace {

constexpr double usual_rate = 3e-3;

void print(std::vector<compared> const& all) {
    std::printf("\n%-14s %14s %16s %16s %12s %10s\n", "", "mean success", "worst 3 tasks", "scale spread", "collapse", "condition");
    for (compared const& c : all) {
        double mean = 0, low = 0;
        for (finding const& f : c.seeds)
            mean += worst(f.curve.back(), 0) / double(c.seeds.size()), low += worst(f.curve.back(), worst_tasks) / double(c.seeds.size());
        std::printf("%-14s %12.1f %% %14.1f %% %16.2g %12.2g %10.2g\n", c.first.with.title.c_str(), 100 * mean, 100 * low, typical(c, &point::scale_spread),
                    typical(c, &point::collapse), typical(c, &point::condition));
    }
}

}  // namespace

bool compare(settings const& s) {
    std::vector<compared> all;
    for (auto const& name : s.names) all.push_back({{variant_named(name), usual_rate, s.seed, s.size}, std::vector<finding>(s.seeds)});
    const Index runs = Index(all.size() * s.seeds);
    counter bar("training", runs * s.size.iterations);
    std::mutex one;
    on_threads(s.threads, runs, [&](Index i) {
        compared& c = all[std::size_t(i) % all.size()];
        const std::size_t which = std::size_t(i) / all.size();
        experiment e = c.first;
        e.seed += unsigned(which);
        c.seeds[which] = train(e, [&] {
            std::lock_guard lock(one);
            bar.count();
            return !interrupted;
        });
    });
    if (interrupted) return bar.leave(), false;

    nlohmann::json report = nlohmann::json::array();
    for (compared const& c : all) {
        report.push_back(described(c.first));
        for (finding const& f : c.seeds) report.back()["seeds"].push_back(described(f));
    }
    write(s.out / "report.json", report.dump(2) + "\n"), write(s.out / "gradients.svg", gradient_picture(all)),
        write(s.out / "success.svg", success_picture(all));
    print(all);
    std::printf("\nLook at %s,\nat gradients.svg for the condition numbers over time, and for the numbers at report.json beside it.\n",
                (s.out / "success.svg").c_str());
    return true;
}

}  // namespace multitask_control
