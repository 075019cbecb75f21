// SPDX-License-Identifier: MIT
#include "settings.hpp"
#include "rates.hpp"
#include <CLI/CLI.hpp>

std::string variant::name() const {
    std::string all = norm + ", " + optimizer;
    if (norm == "unified" && reading != "product") all += ", " + reading;
    if (scale_decay != pretrain::norm_named(norm).decay) all += ", decay " + scale_decay;
    return all;
}

std::string variant::file() const {
    std::string all;
    for (char c : name())
        if (c != ',') all += c == ' ' ? '-' : c;
    return all;
}

pretrain::placement variant::scales() const {
    pretrain::placement p = pretrain::norm_named(norm).at;
    for (auto [name, as] : pretrain::readings)
        if (norm == "unified" && reading == name) p.as = as;
    return p;
}

pretrain::config settings::shape(variant const& v) const {
    pretrain::config c;
    if (smoke) c.width = 32, c.layers = 2, c.heads = 2, c.hidden = 64;
    c.length = length(), c.scales = v.scales();
    return c;
}

variant settings::make(std::string const& norm, std::string const& optimizer) const {
    return {norm, optimizer, reading, scale_decay.empty() ? pretrain::norm_named(norm).decay : scale_decay, decay};
}

settings read_settings(int argc, char** argv) {
    settings s;
    std::vector<std::string> norms, optimizers, readings;
    for (auto const& n : pretrain::norms) norms.push_back(n.name);
    for (auto const& r : all_rates) optimizers.push_back(r.name);
    for (auto const& r : pretrain::readings) readings.push_back(r.first);
    CLI::App app("Trains a byte-level transformer with one placement of scale vectors after another.", "pretrain");
    app.add_option("--text", s.text, "Text to learn; without it Debian's bible-kjv")->check(CLI::ExistingFile);
    app.add_option("--norm", s.norms, "One or more, one after the other; without it all")->check(CLI::IsMember(norms));
    app.add_option("--optimizer", s.optimizers, "One or both; without it both")->check(CLI::IsMember(optimizers));
    app.add_option("--scale-decay", s.scale_decay, "Which scales decay; without it each norm's default")->check(CLI::IsMember({"in", "out", "both", "none"}));
    app.add_option("--reading", s.reading, "How unified stores its scales")->check(CLI::IsMember(readings))->capture_default_str();
    auto steps = app.add_option("--steps", s.steps, "Of training, 2048 bytes each")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--seed", s.seed, "Of weights and batches")->capture_default_str();
    app.add_option("--rate", s.rate, "Multiplies every rate of rates.hpp")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--decay", s.decay, "Share of a weight that a step at the full rate takes away")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and checkpoints")->default_str("build/pretrain");
    app.add_option("--threads", s.threads, "0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_option("--device", s.device, "Where the optimizer steps; the network is the CPU's")->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
    app.add_flag("--resume", s.resume, "Goes on from the checkpoints in --out");
    app.add_flag("--sweep", s.sweep, "The whole comparison, over rates, seeds, decays and readings, in hours; goes on where it was");
    app.add_option("--seeds", s.seeds, "Of the sweep")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--smoke", s.smoke, "A tiny model for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts itself after this step, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.norms.empty()) s.norms = norms;
    if (s.optimizers.empty()) s.optimizers = optimizers;
    if (s.smoke) s.batch = 4;
    if (s.smoke && !steps->count()) s.steps = 6;
    if (!out->count()) s.out = s.smoke ? PRETRAIN_OUT "-smoke" : PRETRAIN_OUT;
    return s;
}

nlohmann::json about(settings const& s, variant const& v) {
    const pretrain::config c = s.shape(v);
    return {{"norm", v.norm},     {"optimizer", v.optimizer}, {"reading", v.norm == "unified" ? v.reading : ""},
            {"steps", s.steps},   {"batch", s.batch},         {"scale_decay", v.scale_decay},
            {"seed", s.seed},     {"rate", s.rate},           {"decay", v.decay},
            {"length", c.length}, {"width", c.width},         {"layers", c.layers},
            {"heads", c.heads},   {"hidden", c.hidden},       {"rates", rates_named(v.optimizer)}};
}
