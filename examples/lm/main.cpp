// SPDX-License-Identifier: MIT
// Trains a byte-level transformer with one optimizer after the other on the same batches, and reports.
#include "report.hpp"
#include "sweep.hpp"
#include "tune.hpp"
#include <cstdio>

namespace {

int stopped() {
    std::fprintf(stderr, "Stopped; the same command with --resume goes on from here.\n");
    return 130;
}

int compare(settings const& s, text const& t) {
    std::vector<run> runs;
    for (auto const& name : s.optimizers)
        if (!interrupted) runs.push_back(train(name, s, t, s.out, s.resume));
    report(s, t, runs);

    if (interrupted) return stopped();
    std::printf("\n%-10s %10s %10s %10s\n", "optimizer", "validation", "tokens/s", "its share");
    for (auto const& r : runs)
        std::printf("%-10s %10.4f %10.0f %8.1f %%\n", r.optimizer.c_str(), r.validation, r.tokens_a_second(s.tokens_a_step()), 100 * r.optimizer_share());
    std::printf("\nLook at %s\nand for the numbers at curves.csv and report.json beside it.\n", (s.out / "report.html").c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) try {
    const settings s = read_settings(argc, argv);
    finish_the_step_on_interrupt();
    const text t = read_text(s.smoke && s.text.empty() ? LM_FOLDER "/report.cpp" : s.text, s.tokens_a_step() + s.batch);
    if (s.tune) return tune(s, t) ? 0 : stopped();
    if (s.sweep) return sweep(s, t) ? 0 : stopped();
    return compare(s, t);
} catch (std::exception const& e) {
    std::fprintf(stderr, "lm: %s\n", e.what());
    return 1;
}
