// SPDX-License-Identifier: MIT
#include "losses.hpp"
#include "settings.hpp"
#include <CLI/CLI.hpp>

namespace noisy_labels {

settings read_settings(int argc, char** argv) {
    settings s;
    CLI::App app("Trains small classifiers on labels of which a share is wrong, with different losses, and reports accuracy on clean test labels.",
                 "noisy_labels");
    app.add_option("--data", s.data, "fashion is Debian's; letters and digits need their file")
        ->check(CLI::IsMember({"fashion", "letters", "digits"}))
        ->capture_default_str();
    app.add_option("--net", s.net, "One hidden layer, or two of convolutions; without it mlp, and conv for digits")->check(CLI::IsMember({"mlp", "conv"}));
    app.add_option("--letters", s.letters, "UCI letter recognition, CSV, gzipped or not: a header, then letter,16 numbers")->check(CLI::ExistingFile);
    app.add_option("--digits", s.digits, "UCI digits of 8 x 8 pixels, CSV, gzipped or not: 64 numbers,label")->check(CLI::ExistingFile);
    app.add_option("--noise", s.noise, "Percent of the labels that are made wrong")->check(CLI::Range(0, 100))->capture_default_str();
    app.add_flag("--asymmetric", s.asymmetric, "A class is mistaken for one that looks like it, else for any");
    app.add_option("--loss", s.losses, "Which; without it ce gce sgce alpha_mae")->check(CLI::IsMember(loss_names()));
    app.add_option("--seed", s.seed, "Of noise, weights and order")->capture_default_str();
    auto out = app.add_option("--out", s.out, "Folder for reports and the sweep's lines")->default_str("build/noisy_labels");
    app.add_option("--threads", s.threads, "Runs at a time, 0: one a processor; the results do not depend on it")->capture_default_str();
    app.add_flag("--sweep", s.sweep, "Tunes every loss on every data set given, then compares over noise and seeds; goes on where it was");
    auto seeds = app.add_option("--seeds", s.seeds, "Of the sweep, and of --generated")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--generated", s.generated, "Compares on drawn classes of known distribution");
    app.add_flag("--smoke", s.smoke, "Tiny drawn data for seconds, to see that all parts run");
    app.add_option("--stop-after", s.stop_after, "Interrupts the sweep after this many runs, as Ctrl-C does");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    if (s.smoke && !seeds->count()) s.seeds = 2;
    if (s.losses.empty()) s.losses = s.smoke ? loss_names() : std::vector<std::string>{"ce", "gce", "sgce", "alpha_mae"};
    if (!out->count()) s.out = s.smoke ? NOISY_LABELS_OUT "-smoke" : NOISY_LABELS_OUT;
    return s;
}

task settings::one() const {
    std::string there;
    for (task const& t : smoke ? smoke_tasks : tasks) {
        if ((smoke || t.data == data) && (net.empty() || t.net == net)) return t;
        there += " " + t.name();
    }
    throw std::runtime_error("there is no " + data + "-" + net + "; there are" + there);
}

}  // namespace noisy_labels
