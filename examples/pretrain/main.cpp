// SPDX-License-Identifier: MIT
// Trains a byte-level transformer with one placement of scale vectors after another, and reports.
#include "report.hpp"
#include "sweep.hpp"

namespace {

int stopped() {
    std::fprintf(stderr, "Stopped; the same command with --resume goes on from here.\n");
    return 130;
}

int compare(settings const& s, text const& t) {
    std::vector<std::pair<variant, run>> runs;
    for (auto const& optimizer : s.optimizers)
        for (auto const& norm : s.norms) {
            const variant v = s.make(norm, optimizer);
            if (!interrupted) runs.push_back({v, train(s, v, t, s.out / (v.file() + ".safetensors"), s.resume)});
        }
    report(s, t, runs);

    if (interrupted) return stopped();
    std::printf("\n%-36s %10s %10s\n", "", "validation", "tokens/s");
    for (auto const& [v, r] : runs) std::printf("%-36s %10.4f %10.0f\n", v.name().c_str(), r.validation, r.tokens_a_second(s.tokens_a_step()));
    std::printf("\nLook at %s\nand for the numbers at curves.csv and report.json beside it.\n", (s.out / "curves.svg").c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) try {
    const settings s = read_settings(argc, argv);
    finish_the_step_on_interrupt();
    const text t = read_text(s.smoke && s.text.empty() ? PRETRAIN_FOLDER "/settings.cpp" : s.text, s.tokens_a_step() + s.batch);
    if (s.sweep) return sweep(s, t) ? 0 : stopped();
    return compare(s, t);
} catch (std::exception const& e) {
    std::fprintf(stderr, "pretrain: %s\n", e.what());
    return 1;
}
