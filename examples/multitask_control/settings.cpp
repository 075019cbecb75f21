// SPDX-License-Identifier: MIT
#include "settings.hpp"
#include <CLI/CLI.hpp>

namespace multitask_control {

settings read_settings(int argc, char** argv) {
    settings s;
    std::vector<std::string> known;
    for (variant const& v : variants) known.push_back(v.name);
    long iterations = 400;
    CLI::App app("Trains one actor and one critic on sixteen control tasks at once, with what balances their gradients and without.", "multitask_control");
    app.add_option("--variant", s.names, "Which; without it plain whole")->check(CLI::IsMember(known));
    auto size =
        app.add_option("--iterations", iterations, "Of 1024 steps of each task; the sweep has 800")->check(CLI::Range(1L, 1000000L))->capture_default_str();
    app.add_option("--seed", s.seed, "The first: of starts, weights, noise and order")->capture_default_str();
    auto seeds = app.add_option("--seeds", s.seeds, "How many; the sweep has 3")->check(CLI::Range(1, 100))->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and the sweep's lines")->default_str("build/multitask_control");
    app.add_option("--threads", s.threads, "Runs at a time, 0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--sweep", s.sweep, "Tunes every variant's rate, then compares over seeds; goes on where it was");
    app.add_flag("--smoke", s.smoke, "A tiny run for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts the sweep after this many runs, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.smoke) s.size = {.iterations = 3, .streams = 2, .steps = 16, .epochs = 1, .batches = 2, .points = 3, .episodes = 2, .hidden = 8};
    if (size->count() || !s.smoke) s.size.iterations = size->count() || !s.sweep ? iterations : 800;
    if (s.sweep && !seeds->count()) s.seeds = s.smoke ? 2 : 3;
    if (s.names.empty()) s.names = {"plain", "whole"};
    if (!out->count()) s.out = s.smoke ? MULTITASK_CONTROL_OUT "-smoke" : MULTITASK_CONTROL_OUT;
    return s;
}

}  // namespace multitask_control
