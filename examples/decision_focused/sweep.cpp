// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include "tables.hpp"
#include <training/files.hpp>
#include <cstdio>

namespace decision_focused {
namespace {

constexpr unsigned tuning_seed = 1000;
const std::vector<double> rates{1e-2, 3e-3, 3e-2};

std::vector<experiment> grid_of(task const& t, about_loss const& a, bool smoke) {
    std::vector<experiment> all;
    for (double rate : smoke ? std::vector<double>{1e-2, 3e-2} : rates)
        for (auto const& numbers : a.choices) all.push_back({t, {a.name, numbers}, rate, tuning_seed, true});
    return all;
}

template <class F>
void for_each(std::vector<std::vector<task>> const& what, F const& f) {
    for (auto const& side_by_side : what)
        for (task const& t : side_by_side)
            for (auto const& a : all_losses())
                if (fits(a.name, t.problem)) f(t, a);
}

std::filesystem::path results(settings const& s) { return s.smoke ? s.out : DECISION_FOCUSED_FOLDER "/results"; }

void publish(settings const& s, std::string const& mark, std::string const& text) {
    write(s.out / (mark + ".md"), text);
    if (!s.smoke) replace_between(DECISION_FOCUSED_FOLDER "/README.md", mark, text);
}

}  // namespace

bool sweep(settings const& s) {
    comparison c{trials(s, "sweep.jsonl"), s.all()};
    std::vector<experiment> tuning, final;
    for_each(c.what, [&](task const& t, about_loss const& a) {
        for (auto const& e : grid_of(t, a, s.smoke)) tuning.push_back(e);
    });
    if (!c.runs.make("tuning", tuning)) return false;
    for_each(c.what, [&](task const& t, about_loss const& a) {
        chosen best{{}, infinity};
        for (auto const& e : grid_of(t, a, s.smoke))
            if (const double v = c.runs.at(e).normalised; v < best.validation) best = {e, v};
        c.best[t.name()].push_back(best);
        for (unsigned seed = 0; seed < s.seeds; ++seed) final.push_back(c.of(best, seed));
    });
    if (!c.runs.make("comparison", final)) return false;

    const std::string found = tables(c);
    auto all = tuning;
    all.insert(all.end(), final.begin(), final.end());
    write(results(s) / "trials.jsonl", c.runs.lines(all, false)), write(results(s) / "regret.svg", picture(c));
    if (!s.smoke) write(results(s) / "seconds.jsonl", c.runs.lines(final, true));
    publish(s, "sweep", found + (s.smoke ? "" : "\n![Regret against the degree of the costs](results/regret.svg)\n"));
    publish(s, "times", times(c));
    std::printf("%s", found.c_str());
    return true;
}

bool scale(settings const& s) {
    std::vector<task> what{{"shortest_path", 30, 30, 4, 5, 1000, 200}, {"shortest_path", 60, 60, 4, 5, 1000, 200}};
    what.push_back({"knapsack", 1000, 1, 4, 5, 1000, 200, 20, 60});
    what.push_back({"tours", 20, 0, 4, 10, 1000, 200});
    if (s.smoke) what = {{"shortest_path", 6, 6, 4, 5, 40, 20, 1}, {"knapsack", 70, 1, 4, 5, 40, 20, 1}, {"tours", 13, 0, 4, 10, 40, 20, 1}};
    const std::vector<loss> few{{"mse", {}}, {"si_os", {0}}, {"si_os_stakes", {0.5}}, {"spo_plus", {}}};
    trials runs(s, "scale.jsonl");
    std::vector<experiment> plan;
    for (task const& t : what)
        for (loss const& l : few) plan.push_back({t, l, 1e-2, 0});
    if (!runs.make("scale", plan)) return false;

    std::string md = "| problem | costs | loss | normalised regret, % | solves before, in training | seconds before, in training |\n";
    md += "| --- | --- | --- | --- | --- | --- |\n";
    for (auto const& e : plan) {
        task const& t = e.what;
        const long costs = t.problem == "knapsack" ? t.rows : t.problem == "tours" ? t.rows * (t.rows - 1) / 2 : grid_arcs(t.rows, t.columns);
        md += scale_row(e, runs.at(e), costs);
    }
    write(results(s) / "scale.jsonl", runs.lines(plan, true)), publish(s, "scale", md);
    std::printf("%s", md.c_str());
    return true;
}

}  // namespace decision_focused
