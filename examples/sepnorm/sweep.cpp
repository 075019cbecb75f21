// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include "trials.hpp"
#include "report.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>

namespace sepnorm {
namespace {

std::string percent(double x) { return chart::text("%.2f", 100 * x); }
std::string number(double x) { return chart::text("%.3f", x); }

using value = double (*)(trial const&);
double token(trial const& x) { return x.found.test; }
double pooled(trial const& x) { return x.found.pooled_test; }
double uniform(trial const& x) { return x.found.uniformity; }
double rank(trial const& x) { return x.found.rank; }

/// A side at its best factor: mean (range) over the seeds.
std::string rows(trials& all, int low, int high) {
    std::string md =
        "| norm | rates times | probe on the class token, test, % | uniformity | effective rank | probe on the mean patch, test, % |\n| --- | --- | --- | --- "
        "| --- | --- |\n";
    for (auto const& side : all.base.sides) {
        const int e = all.best(side, low, high);
        auto cell = [&](value of, std::string (*shown)(double)) {
            const spread x = all.over_seeds(side, e, of);
            return " " + shown(x.mean) + " (" + shown(x.least) + " to " + shown(x.most) + ") |";
        };
        md += "| " + side + " | " + chart::power_of_two(e) + " |" + cell(token, percent) + cell(uniform, number) + cell(rank, number) + cell(pooled, percent) +
              "\n";
    }
    return md;
}

/// Seed by seed, each side against the first.
std::string pairs(trials& all, int low, int high) {
    auto const& base = all.base.sides[0];
    std::string md;
    for (std::size_t k = 1; k < all.base.sides.size(); ++k) {
        auto const& side = all.base.sides[k];
        unsigned better = 0, lower = 0;
        double mean = 0, mean_uniform = 0;
        md += "\n| `" + side + "` less `" + base + "` |";
        std::string bar = "\n| --- |", first = "\n| probe, points |", second = "\n| uniformity |";
        for (unsigned seed = 1; seed <= all.base.seeds; ++seed) {
            trial const &x = *all.find(side, all.best(side, low, high), seed), &y = *all.find(base, all.best(base, low, high), seed);
            const double gain = token(x) - token(y), change = uniform(x) - uniform(y);
            md += " seed " + std::to_string(seed) + " |", bar += " --- |", first += chart::text(" %+.2f |", 100 * gain),
                second += chart::text(" %+.3f |", change);
            better += gain > 0, lower += change < 0, mean += gain / all.base.seeds, mean_uniform += change / all.base.seeds;
        }
        md += " mean |" + bar + " --- |" + first + chart::text(" %+.2f |", 100 * mean) + second + chart::text(" %+.3f |\n", mean_uniform);
        md += chart::text("\nThe probe is better in %u and uniformity lower in %u of %u seeds.\n", better, lower, all.base.seeds);
    }
    return md;
}

/// Left the painting loss at the best factor, right the probe on validation images against the factor.
std::string picture(trials& all, int low, int high) {
    std::vector<series> by_step, by_factor;
    for (auto const& side : all.base.sides) {
        const int e = all.best(side, low, high);
        series a{title(side), colour(side), {}}, b = a;
        for (std::size_t i = 0; i < all.find(side, e, 1)->curve.size(); ++i) {
            const spread x = all.over_seeds(side, e, [i](trial const& t) { return t.failed ? 1 : t.curve[i].second; });
            a.points.push_back({double(all.find(side, e, 1)->curve[i].first), x.mean}), a.range.push_back({x.least, x.most});
        }
        for (int x = low; x <= high; ++x) b.points.push_back({x, 100 * all.find(side, x, 1)->found.validation});
        by_step.push_back(a), by_factor.push_back(b);
    }
    const frame left{.x_name = "step", .y_name = "painting loss, validation", .width = 560, .skip = 0.2};
    const frame right{
        .x_name = "rates times", .y_name = "probe on the class token, validation, %", .width = 560, .skip = 0, .powers_of_two = true, .named = false};
    return chart::file(560, 420, {chart::curves(left, by_step), chart::curves(right, by_factor)});
}

}  // namespace

bool sweep(settings const& s, data const& d) {
    trials all(s, d);
    const int furthest = s.smoke ? 1 : 5;
    int low = s.smoke ? -1 : -2, high = 1;
    for (bool wide = false; !wide;) {
        for (int e = low; e <= high; ++e)
            for (auto const& side : s.sides)
                if (!all.make(side, e, 1)) return false;
        bool at_low = false, at_high = false;
        for (auto const& side : s.sides) at_low |= all.best(side, low, high) == low, at_high |= all.best(side, low, high) == high;
        at_low &= low > -furthest, at_high &= high < furthest;
        low -= at_low, high += at_high, wide = !at_low && !at_high;
    }
    for (unsigned seed = 2; seed <= s.seeds; ++seed)
        for (auto const& side : s.sides)
            if (!all.make(side, all.best(side, low, high), seed)) return false;

    const std::string found =
        rows(all, low, high) + pairs(all, low, high) +
        chart::text("\n%s, %u seeds, %ld steps of %ld images, rates times %s to %s for all. Norms that differ: %s.\n", d.name.c_str(), s.seeds, s.steps,
                    s.batch, chart::power_of_two(low).c_str(), chart::power_of_two(high).c_str(), s.where == "all" ? "all" : "the final one");
    const std::filesystem::path results = s.smoke ? s.out : SEPNORM_FOLDER "/results";
    write(results / (s.where + ".svg"), picture(all, low, high)), write(results / (s.where + ".jsonl"), all.lines());
    const std::string image = "\n![Painting loss against steps, and the probe against the factor of the rates](results/" + s.where + ".svg)\n";
    if (!s.smoke) replace_between(SEPNORM_FOLDER "/README.md", "sweep of " + s.where, found + image);
    write(s.out / ("sweep-" + s.where + ".md"), found);
    std::printf("%s", found.c_str());
    return true;
}

}  // namespace sepnorm
