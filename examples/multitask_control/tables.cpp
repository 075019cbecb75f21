// SPDX-License-Identifier: MIT
#include "tables.hpp"
#include "tasks/task.hpp"
#include <isotypic/critic/diagnosis.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <training/chart.hpp>
#include <training/spread.hpp>

namespace multitask_control {
namespace {

spread at_end(compared const& c, Index k) {
    std::vector<double> of_seed;
    for (finding const& f : c.seeds) of_seed.push_back(100 * worst(f.curve.back(), k));
    return over(of_seed);
}

std::string overview(std::vector<compared> const& all) {
    std::string md = "| | rate | mean success, % | worst 3 tasks, % | κ(D), scale spread | κ(C), collapse | κ(A) | κ(A) at first |\n";
    md += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (compared const& c : all) {
        const spread mean = at_end(c, 0), low = at_end(c, worst_tasks);
        md += chart::text("| %s | %g | %.1f ± %.1f | %.1f ± %.1f |", c.first.with.title.c_str(), c.first.rate, mean.mean, mean.deviation, low.mean,
                          low.deviation);
        md += chart::text(" %.2g | %.2g | %.2g | %.2g |\n", typical(c, &point::scale_spread), typical(c, &point::collapse), typical(c, &point::condition),
                          typical(c, &point::condition, true));
    }
    return md;
}

std::string of_tasks(std::vector<compared> const& all) {
    std::string md = "| success, % | unit of reward |", bar = "\n| --- | --- |";
    for (compared const& c : all) md += " " + c.first.with.title + " |", bar += " --- |";
    md += bar + "\n";
    const auto tasks = all_tasks();
    for (std::size_t k = 0; k < tasks.size(); ++k) {
        md += chart::text("| %s | %g |", tasks[k]->name(), tasks[k]->scale());
        for (compared const& c : all) {
            std::vector<double> of_seed;
            for (finding const& f : c.seeds) of_seed.push_back(100 * f.curve.back().success[k]);
            md += chart::text(" %.0f |", over(of_seed).mean);
        }
        md += "\n";
    }
    return md;
}

std::string verdict(compared const& plain, compared const& whole) {
    const double low = at_end(whole, worst_tasks).mean - at_end(plain, worst_tasks).mean, mean = at_end(whole, 0).mean - at_end(plain, 0).mean;
    const auto less = [&](bool first) { return typical(plain, &point::condition, first) / typical(whole, &point::condition, first); };
    const auto reached = [](bool yes) { return yes ? "reached" : "not reached"; };
    return chart::text("- Worst 3 tasks: %+.1f points against plain PPO; the aim of +30 is %s.\n", low, reached(low >= 30)) +
           chart::text("- Mean of all: %+.1f points; the aim of more than plain PPO is %s.\n", mean, reached(mean > 0)) +
           chart::text("- κ(A) is down by a factor of %.2g over training; the aim of 10 is %s. In its first part: %.2g.\n", less(false),
                       reached(less(false) >= 10), less(true));
}

}  // namespace

double worst(point const& p, Index k) {
    const isotypic::view<double const> row(p.success.data(), 1, Index(p.success.size()));
    return isotypic::worst_k(row, k ? k : row.cols);
}

double typical(compared const& c, double point::*which, bool first) {
    std::vector<double> found;
    for (finding const& f : c.seeds)
        for (point const& p : f.curve)
            if (p.iteration && (!first || p.iteration == f.curve[1].iteration)) found.push_back(p.*which);
    std::nth_element(found.begin(), found.begin() + std::ptrdiff_t(found.size() / 2), found.end());
    return found[found.size() / 2];
}

std::string tables(std::vector<compared> const& all) {
    std::string md = overview(all) + "\n";
    compared const *plain = nullptr, *whole = nullptr;
    for (compared const& c : all) {
        if (c.first.with.name == "plain") plain = &c;
        if (c.first.with.name == "whole") whole = &c;
        for (std::size_t i = 0; i < c.seeds.size(); ++i)
            if (c.seeds[i].diverged) md += chart::text("%s diverged with seed %zu.\n\n", c.first.with.title.c_str(), std::size_t(c.first.seed) + i);
    }
    if (plain && whole) md += verdict(*plain, *whole) + "\n";
    return md + of_tasks(all);
}

}  // namespace multitask_control
