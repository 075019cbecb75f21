// SPDX-License-Identifier: MIT
#include "losses.hpp"
#include <CLI/CLI.hpp>

namespace decision_focused {
namespace {

task usual(std::string const& problem, int degree, bool smoke) {
    task t = problem == "shortest_path" ? task{problem, 5, 5, degree}
             : problem == "knapsack"    ? task{problem, 32, 2, degree}
             : problem == "tours"       ? task{problem, 10, 0, degree, 10}
                                        : task{problem, 8, 0, degree};
    if (!smoke) return t;
    t.rows = problem == "knapsack" ? 10 : problem == "tours" ? 5 : 3, t.columns = t.columns ? (std::min)(t.columns, 3L) : 0;
    t.train = t.test = 40, t.epochs = 2, t.capacity = 15;
    return t;
}

}  // namespace

task settings::one() const { return usual(problem, degree, smoke); }

std::vector<std::vector<task>> settings::all() const {
    auto of = [&](std::string const& name, std::vector<int> const& degrees) {
        std::vector<task> some;
        for (int d : degrees) some.push_back(usual(name, d, smoke));
        return some;
    };
    if (smoke) return {of("shortest_path", {2, 6}), of("knapsack", {4}), of("tours", {4}), of("assignment", {4})};
    return {of("shortest_path", {1, 2, 4, 6, 8}), of("knapsack", {1, 2, 4, 6}), of("tours", {4})};
}

settings read_settings(int argc, char** argv) {
    settings s;
    CLI::App app("Learns the costs of a decision problem from features, with different losses, and reports what the decisions lose by the errors.",
                 "decision_focused");
    app.add_option("--problem", s.problem, "A 5 x 5 grid, 32 items in 2 dimensions, 10 nodes, 8 rows")
        ->check(CLI::IsMember(problem_names()))
        ->capture_default_str();
    app.add_option("--degree", s.degree, "Of the costs in the features; the predictor is linear")->check(CLI::Range(1, 16))->capture_default_str();
    app.add_option("--loss", s.losses, "Which; without it mse cosine si_os si_os_local_stakes spo_plus")->check(CLI::IsMember(loss_names()));
    app.add_option("--seed", s.seed, "Of data, weights and order")->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for pictures and the sweep's lines")->default_str("build/decision_focused");
    app.add_option("--threads", s.threads, "Runs at a time, 0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--sweep", s.sweep, "Tunes every loss on every problem and degree, then compares over seeds; goes on where it was");
    auto seeds = app.add_option("--seeds", s.seeds, "Of the sweep: 0, 1, ...")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--scale", s.scale, "Times few losses on large problems");
    app.add_flag("--smoke", s.smoke, "Tiny problems for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts the sweep after this many runs, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.smoke && !seeds->count()) s.seeds = 2;
    if (s.losses.empty() && s.smoke) {
        for (auto const& a : all_losses())
            if (fits(a.name, s.problem)) s.losses.push_back(a.name);
    } else if (s.losses.empty()) {
        s.losses = {"mse", "cosine", "si_os", "si_os_local_stakes", "spo_plus"};
    }
    if (!out->count()) s.out = s.smoke ? DECISION_FOCUSED_OUT "-smoke" : DECISION_FOCUSED_OUT;
    return s;
}

}  // namespace decision_focused
