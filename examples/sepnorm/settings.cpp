// SPDX-License-Identifier: MIT
#include "settings.hpp"
#include <CLI/CLI.hpp>

namespace sepnorm {

settings read_settings(int argc, char** argv) {
    settings s;
    CLI::App app("Trains a small vision transformer on masked images, with a norm of its own for the class token and without, and probes what it has learned.",
                 "sepnorm");
    auto images =
        app.add_option("--images", s.images, "Square grey images, an IDX file, gzipped or not; without it Debian's Fashion-MNIST")->check(CLI::ExistingFile);
    auto labels = app.add_option("--labels", s.labels, "Their labels, an IDX file")->check(CLI::ExistingFile);
    images->needs(labels), labels->needs(images);
    app.add_option("--norm", s.sides, "One layer norm for all tokens, one each for class token and patches, or SepNorm; without it shared separate")
        ->check(CLI::IsMember({"shared", "untied", "separate"}));
    app.add_option("--where", s.where, "Norms in which the class token may have its own: the final one alone, or all")
        ->check(CLI::IsMember({"all", "final"}))
        ->capture_default_str();
    auto steps = app.add_option("--steps", s.steps, "Of training, 128 images each")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--seed", s.seed, "Of weights, batches and masks")->capture_default_str();
    app.add_option("--rate", s.rate, "Multiplies the rates of optimizer.hpp")->check(CLI::PositiveNumber)->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and checkpoints")->default_str("build/sepnorm");
    app.add_option("--threads", s.threads, "0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--resume", s.resume, "Goes on from the checkpoints in --out");
    app.add_flag("--sweep", s.sweep, "Chooses each side's rates, then compares over seeds; goes on where it was");
    app.add_option("--seeds", s.seeds, "Of the sweep")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--smoke", s.smoke, "A tiny model on drawn shapes for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts itself after this step, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.sides.empty()) s.sides = {"shared", "separate"};
    if (s.smoke) s.batch = 16, s.probe_images = 400;
    if (s.smoke && !steps->count()) s.steps = 6;
    if (!out->count()) s.out = s.smoke ? SEPNORM_OUT "-smoke" : SEPNORM_OUT;
    return s;
}

}  // namespace sepnorm
