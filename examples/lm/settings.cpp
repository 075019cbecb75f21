// SPDX-License-Identifier: MIT
#include "settings.hpp"
#include "optimizers.hpp"
#include <CLI/CLI.hpp>

settings read_settings(int argc, char** argv) {
    settings s;
    CLI::App app("Trains a byte-level transformer with AdamW, with Muon and with a symmetry-compatible rule for every matrix.", "lm");
    app.add_option("--text", s.text, "Text to learn; without it Debian's bible-kjv")->check(CLI::ExistingFile);
    app.add_option("--model", s.model, "dense, or moe: 8 experts of half the width, 2 a token")->check(CLI::IsMember({"dense", "moe"}))->capture_default_str();
    app.add_option("--optimizer", s.optimizers, "One or more, one after the other; without it adamw muon stack")->check(CLI::IsMember(optimizer_names()));
    auto steps = app.add_option("--steps", s.steps, "Of training, 2048 bytes each")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--seed", s.seed, "Of weights and batches")->capture_default_str();
    app.add_option("--rate", s.rate, "Multiplies every rate of rates.hpp")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--balance", s.balance, "Weight of the balance loss of moe")->check(CLI::NonNegativeNumber)->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and checkpoints")->default_str("build/lm");
    app.add_option("--threads", s.threads, "0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--resume", s.resume, "Goes on from the checkpoints in --out");
    app.add_flag("--sweep", s.sweep, "Compares the optimizers over rates and seeds, in hours; goes on where it was");
    app.add_option("--seeds", s.seeds, "Of the sweep")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--smoke", s.smoke, "A tiny model for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts itself after this step, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.optimizers.empty()) s.optimizers = {"adamw", "muon", "stack"};
    if (s.smoke) s.batch = 4;
    if (s.smoke && !steps->count()) s.steps = 6;
    if (!out->count()) s.out = s.smoke ? LM_OUT "-smoke" : LM_OUT;
    return s;
}
