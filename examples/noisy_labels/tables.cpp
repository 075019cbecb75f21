// SPDX-License-Identifier: MIT
#include "tables.hpp"
#include <training/chart.hpp>

namespace noisy_labels {

std::string rows(std::vector<std::string> const& names, std::vector<std::vector<spread>> const& by_name) {
    std::string md;
    for (std::size_t i = 0; i < names.size(); ++i) {
        md += chart::text("| %s |", names[i].c_str());
        for (std::size_t j = 0; j < by_name[i].size(); ++j) {
            double most = 0;
            for (auto const& other : by_name) most = (std::max)(most, other[j].mean);
            char const* mark = by_name[i][j].mean == most ? "**" : "";
            md += chart::text(" %s%.1f%s ± %.1f |", mark, 100 * by_name[i][j].mean, mark, 100 * by_name[i][j].deviation);
        }
        md += "\n";
    }
    return md;
}

namespace {

std::vector<std::vector<spread>> accuracies(comparison const& c, task const& t) {
    std::vector<std::vector<spread>> all;
    for (auto const& best : c.best.at(t.name())) {
        auto& row = all.emplace_back();
        for (noise n : c.levels) {
            std::vector<double> x;
            for (unsigned seed = 1; seed <= c.runs.base.seeds; ++seed) x.push_back(c.runs.at(c.of(best, n, seed)).test);
            row.push_back(over(x));
        }
    }
    return all;
}

/// Ours is the symmetrised loss with the best validation accuracy in tuning.
std::size_t ours(std::vector<chosen> const& of) {
    std::size_t found = of.size();
    for (std::size_t i = 0; i < of.size(); ++i)
        if (all_losses()[i].ours && (found == of.size() || of[i].validation > of[found].validation)) found = i;
    return found;
}

/// Ours against the best baseline; without noise half a point is conceded, else one standard deviation, pooled over the two.
std::string verdict(noise n, std::vector<std::vector<spread>> const& all, std::size_t us, std::size_t column) {
    std::size_t them = all.size();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!all_losses()[i].ours && (them == all.size() || all[i][column].mean > all[them][column].mean)) them = i;
    const spread a = all[us][column], b = all[them][column];
    const double pooled = std::sqrt((a.deviation * a.deviation + b.deviation * b.deviation) / 2), behind = b.mean - a.mean;
    auto name = [](std::size_t i) { return all_losses()[i].name.c_str(); };
    std::string md = chart::text("- %s: `%s` %.1f, `%s` %.1f; ", n.name().c_str(), name(us), 100 * a.mean, name(them), 100 * b.mean);
    if (n.percent == 0) return md + (behind <= 0.005 ? "at most 0.5 points are lost.\n" : "more than 0.5 points are lost.\n");
    bool matches = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const spread other = all[i][column];
        const double sd = std::sqrt((a.deviation * a.deviation + other.deviation * other.deviation) / 2);
        if (!all_losses()[i].ours && other.mean - a.mean > sd) matches = false;
    }
    return md + (behind < -pooled ? "better than every baseline.\n" : matches ? "as good as every baseline.\n" : "a baseline is better.\n");
}

std::string chosen_table(comparison const& c, task const& t) {
    std::string md = "\n| chosen | rate | decay | validation, noisy labels, % |\n| --- | --- | --- | --- |\n";
    for (auto const& x : c.best.at(t.name()))
        md += chart::text("| %s | %g | %g | %.1f |\n", x.at.with.title().c_str(), x.at.rate, x.at.decay, 100 * x.validation);
    return md;
}

}  // namespace

std::string tables(comparison const& c) {
    std::string md;
    for (task const& t : c.what) {
        const auto all = accuracies(c, t);
        std::string head = "| test accuracy, % |", bar = "\n| --- |";
        for (noise n : c.levels) head += chart::text(" %s |", n.name().c_str()), bar += " --- |";
        std::vector<std::string> names;
        for (auto const& a : all_losses()) names.push_back(chart::text("`%s`%s", a.name.c_str(), a.ours ? ", symmetrised" : ""));
        md += (md.empty() ? "### " : "\n### ") + c.runs.sets.at(t.data).name + ", " + t.net + "\n\n" + head + bar + "\n" + rows(names, all);
        const std::size_t us = ours(c.best.at(t.name()));
        md += "\nThe symmetrised loss that validation chose, and the baseline that is best on the test part:\n\n";
        for (std::size_t j = 0; j < c.levels.size(); ++j)
            if (!c.levels[j].asymmetric && c.levels[j].percent != 20) md += verdict(c.levels[j], all, us, j);
        md += chosen_table(c, t);
    }
    return md;
}

std::string picture(comparison const& c) {
    constexpr double width = 640, height = 400, beside = 90;  // beside: for the names
    std::vector<std::string> panels;
    for (std::size_t i = 0; i < c.what.size(); ++i) {
        task const& t = c.what[i];
        const auto all = accuracies(c, t);
        std::vector<series> curves;
        for (std::size_t k = 0; k < all.size(); ++k) {
            series one{all_losses()[k].name, all_losses()[k].colour, {}};
            for (std::size_t j = 0; j < c.levels.size(); ++j)
                if (!c.levels[j].asymmetric) one.points.push_back({c.levels[j].percent, 100 * all[k][j].mean});
            curves.push_back(one);
        }
        const frame f{
            .x_name = "wrong labels, %", .y_name = "test accuracy, %, " + t.name(), .width = width - beside, .height = height, .skip = 0, .named = false};
        std::string panel = chart::curves(f, curves);
        for (std::size_t k = 0; k < curves.size(); ++k)
            panel += chart::text("<text class='end' x='%g' y='%g' fill='%s'>%s</text>", width - beside, 30 + 18 * double(k), curves[k].colour.c_str(),
                                 curves[k].name.c_str());
        if (i % 2)
            panels.back() += chart::text("<g transform='translate(0,%g)'>", height) + panel + "</g>";
        else
            panels.push_back(panel);
    }
    return chart::file(width, c.what.size() > 1 ? 2 * height : height, panels);
}

}  // namespace noisy_labels
