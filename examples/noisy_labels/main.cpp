// SPDX-License-Identifier: MIT
// Trains small classifiers on labels of which a share is wrong, with different losses, and reports accuracy on clean test labels.
#include "generated.hpp"
#include "report.hpp"
#include "sweep.hpp"
#include <training/run.hpp>
#include <cstdio>

namespace noisy_labels {
namespace {

int main(settings const& s) {
    finish_the_step_on_interrupt();
    bool done;
    if (s.sweep || s.generated)
        done = (!s.generated || generated(s)) && (!s.sweep || sweep(s));
    else
        done = compare(s);
    if (done) return 0;
    std::fprintf(stderr, s.sweep || s.generated ? "Stopped; the same command goes on from here.\n" : "Stopped.\n");
    return 130;
}

}  // namespace
}  // namespace noisy_labels

int main(int argc, char** argv) try { return noisy_labels::main(noisy_labels::read_settings(argc, argv)); } catch (std::exception const& e) {
    std::fprintf(stderr, "noisy_labels: %s\n", e.what());
    return 1;
}
