// SPDX-License-Identifier: MIT
#include "tables.hpp"
#include <training/chart.hpp>

namespace decision_focused {

namespace {

using measure = double outcome::*;

char const* kind_of(about_loss const& a) { return a.of == kind::library ? "ours" : a.of == kind::candidate ? "tried" : ""; }

/// [loss][degree]
std::vector<std::vector<spread>> regrets_of(comparison const& c, std::vector<task> const& side_by_side, measure which) {
    std::vector<std::vector<spread>> all(c.best.at(side_by_side[0].name()).size());
    for (task const& t : side_by_side) {
        auto const& best = c.best.at(t.name());
        for (std::size_t i = 0; i < best.size(); ++i) {
            std::vector<double> x;
            for (unsigned seed = 0; seed < c.runs.base.seeds; ++seed) x.push_back(100 * (c.runs.at(c.of(best[i], seed)).*which));
            all[i].push_back(over(x));
        }
    }
    return all;
}

std::string regret_table(comparison const& c, std::vector<task> const& side_by_side, char const* title, measure which) {
    const auto all = regrets_of(c, side_by_side, which);
    std::string md = chart::text("| %s, %% | |", title), bar = "\n| --- | --- |";
    for (task const& t : side_by_side) md += chart::text(" degree %d |", t.degree), bar += " --- |";
    md += bar + "\n";
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& a = about(c.best.at(side_by_side[0].name())[i].at.with.name);
        md += chart::text("| `%s` | %s |", a.name.c_str(), kind_of(a));
        for (std::size_t j = 0; j < all[i].size(); ++j) {
            double least = infinity;
            for (auto const& other : all) least = (std::min)(least, other[j].mean);
            char const* mark = all[i][j].mean == least ? "**" : "";
            md += chart::text(" %s%.2f%s ± %.2f |", mark, all[i][j].mean, mark, all[i][j].deviation);
        }
        md += "\n";
    }
    return md;
}

std::string chosen_table(comparison const& c, std::vector<task> const& side_by_side) {
    std::string md = "| chosen: numbers; rate |", bar = "\n| --- |";
    for (task const& t : side_by_side) md += chart::text(" degree %d |", t.degree), bar += " --- |";
    md += bar + "\n";
    for (std::size_t i = 0; i < c.best.at(side_by_side[0].name()).size(); ++i) {
        auto const& a = about(c.best.at(side_by_side[0].name())[i].at.with.name);
        md += chart::text("| `%s` %s |", a.name.c_str(), a.numbers.c_str());
        for (task const& t : side_by_side) {
            experiment const& e = c.best.at(t.name())[i].at;
            for (double x : e.with.numbers) md += chart::text(" %g", x);
            md += chart::text("%s %g |", e.with.numbers.empty() ? "" : ";", e.rate);
        }
        md += "\n";
    }
    return md;
}

}  // namespace

std::string tables(comparison const& c) {
    std::string md;
    for (auto const& some : c.what) {
        md += (md.empty() ? "### " : "\n### ") + some[0].problem + ", " + some[0].size() + "\n\n";
        md += regret_table(c, some, "sum of regrets / sum of optima", &outcome::normalised) + "\n";
        md += regret_table(c, some, "mean of regret / optimum", &outcome::mean_ratio) + "\n";
        md += chosen_table(c, some);
    }
    return md;
}

std::string times(comparison const& c) {
    std::string md;
    for (auto const& some : c.what) {
        task const& t = some[some.size() / 2];
        md += (md.empty() ? "| " : "\n| ") + t.name() + " | solves before | in training | seconds before | in training |\n| --- | --- | --- | --- | --- |\n";
        for (auto const& best : c.best.at(t.name())) {
            std::vector<double> before, in;
            for (unsigned seed = 0; seed < c.runs.base.seeds; ++seed) {
                const outcome& o = c.runs.at(c.of(best, seed));
                before.push_back(o.seconds_before), in.push_back(o.seconds);
            }
            const outcome& o = c.runs.at(c.of(best, 0));
            md += chart::text("| `%s` | %ld | %ld | %.3f | %.3f |\n", best.at.with.name.c_str(), o.solves_before, o.solves, over(before).mean, over(in).mean);
        }
    }
    return md;
}

std::string scale_row(experiment const& e, outcome const& o, long costs) {
    return chart::text("| %s %s | %ld | `%s` | %.2f | %ld, %ld | %.2f, %.2f |\n", e.what.problem.c_str(), e.what.size().c_str(), costs, e.with.name.c_str(),
                       100 * o.normalised, o.solves_before, o.solves, o.seconds_before, o.seconds);
}

std::string picture(comparison const& c) {
    constexpr double width = 720, height = 440, beside = 160;  // beside: for the names
    std::vector<std::string> panels;
    for (auto const& some : c.what) {
        if (some.size() < 2) continue;
        const auto all = regrets_of(c, some, &outcome::normalised);
        std::vector<series> curves;
        for (std::size_t k = 0; k < all.size(); ++k) {
            auto const& a = about(c.best.at(some[0].name())[k].at.with.name);
            series one{a.name, a.colour, {}};
            for (std::size_t j = 0; j < some.size(); ++j) one.points.push_back({some[j].degree, all[k][j].mean});
            curves.push_back(one);
        }
        const frame f{.x_name = "degree of the costs",
                      .y_name = "normalised regret, %, " + some[0].problem,
                      .width = width - beside,
                      .height = height,
                      .skip = 0,
                      .most = 15,
                      .named = false};
        std::string panel = chart::curves(f, curves);
        for (std::size_t k = 0; k < curves.size(); ++k)
            panel += chart::text("<text class='end' x='%g' y='%g' fill='%s'>%s</text>", width - beside, 24 + 16 * double(k), curves[k].colour.c_str(),
                                 curves[k].name.c_str());
        panels.push_back(panel);
    }
    return chart::file(width, height, panels);
}

}  // namespace decision_focused
