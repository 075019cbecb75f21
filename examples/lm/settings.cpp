// SPDX-License-Identifier: MIT
#include "settings.hpp"
#include "rates.hpp"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

namespace {

/// "head=2"
void read_factor(std::string const& x, std::map<std::string, double>& times) {
    const auto cut = x.find('=');
    double factor = 0;
    const bool number = cut != x.npos && std::sscanf(x.c_str() + cut + 1, "%lf", &factor) == 1 && factor > 0;
    if (!number || std::ranges::none_of(all_roles, [&](auto const& role) { return x.substr(0, cut) == role.first; }))
        throw CLI::ValidationError("--times", "takes a role of rates.hpp and a positive factor, such as head=2, not " + x);
    times[x.substr(0, cut)] = factor;
}

}  // namespace

settings read_settings(int argc, char** argv) {
    settings s;
    std::vector<std::string> names, times;
    for (auto const& r : all_rates) names.push_back(r.name);
    CLI::App app("Trains a byte-level transformer with AdamW, with Muon and with a symmetry-compatible rule for every matrix.", "lm");
    app.add_option("--text", s.text, "Text to learn; without it Debian's bible-kjv")->check(CLI::ExistingFile);
    app.add_option("--model", s.model, "dense, or moe: 8 experts of half the width, 2 a token")->check(CLI::IsMember({"dense", "moe"}))->capture_default_str();
    app.add_option("--optimizer", s.optimizers, "One or more, one after the other; without it adamw muon stack")->check(CLI::IsMember(names));
    auto steps = app.add_option("--steps", s.steps, "Of training, 2048 bytes each")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--seed", s.seed, "Of weights and batches")->capture_default_str();
    app.add_option("--rate", s.rate, "Multiplies every rate of rates.hpp")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--times", times, "Multiplies a role's rate, as --times head=2")->type_name("ROLE=FACTOR");
    app.add_option("--balance", s.balance, "Weight of the balance loss of moe")->check(CLI::NonNegativeNumber)->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and checkpoints")->default_str("build/lm");
    app.add_option("--threads", s.threads, "0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--resume", s.resume, "Goes on from the checkpoints in --out");
    app.add_flag("--sweep", s.sweep, "Compares the optimizers over rates and seeds, in hours; goes on where it was");
    app.add_flag("--tune", s.tune, "Looks for better ratios between the rates; goes on where it was");
    app.add_option("--seeds", s.seeds, "Of the sweep")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--smoke", s.smoke, "A tiny model for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts itself after this step, as Ctrl-C does");
    try {
        app.parse(argc, argv);
        for (auto const& x : times) read_factor(x, s.times);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.optimizers.empty()) s.optimizers = {"adamw", "muon", "stack"};
    if (s.smoke) s.batch = 4;
    if (s.smoke && !steps->count()) s.steps = 6;
    if (!out->count()) s.out = s.smoke ? LM_OUT "-smoke" : LM_OUT;
    return s;
}
