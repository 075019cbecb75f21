// SPDX-License-Identifier: MIT
// Trains a masked autoencoder with each kind of norm on the same batches and masks, probes what it has learned, and reports.
#include "report.hpp"
#include "sweep.hpp"
#include <cstdio>

namespace sepnorm {
namespace {

int stopped() {
    std::fprintf(stderr, "Stopped; the same command with --resume goes on from here.\n");
    return 130;
}

int compare(settings const& s, data const& d) {
    std::vector<run> runs;
    for (auto const& side : s.sides)
        if (!interrupted) runs.push_back(train(side, s, d, s.out, s.resume));
    report(s, d, runs);
    if (interrupted) return stopped();

    std::printf("\n%-10s %12s %12s %12s %12s\n", "norm", "probe, test", "uniformity", "mean patch", "seconds");
    for (auto const& r : runs)
        std::printf("%-10s %10.2f %% %12.3f %10.2f %% %12.0f\n", r.side.c_str(), 100 * r.found.test, r.found.uniformity, 100 * r.found.pooled_test, r.seconds);
    std::printf("\nLook at %s\nand for the numbers at curves.csv and report.json beside it.\n", (s.out / "report.html").c_str());
    return 0;
}

int main(settings const& s) {
    finish_the_step_on_interrupt();
    const data d = s.smoke ? synthetic(28, 600) : s.images.empty() ? fashion() : read_images(s.images, s.labels);
    if (s.sweep) return sweep(s, d) ? 0 : stopped();
    return compare(s, d);
}

}  // namespace
}  // namespace sepnorm

int main(int argc, char** argv) try { return sepnorm::main(sepnorm::read_settings(argc, argv)); } catch (std::exception const& e) {
    std::fprintf(stderr, "sepnorm: %s\n", e.what());
    return 1;
}
