// SPDX-License-Identifier: MIT
// Learns the costs of decision problems from features, with different losses, and reports what the decisions lose by the errors.
#include "report.hpp"
#include "sweep.hpp"
#include <training/run.hpp>
#include <cstdio>

namespace decision_focused {
namespace {

int main(settings const& s) {
    finish_the_step_on_interrupt();
    const bool several = s.sweep || s.scale;
    const bool done = several ? (!s.sweep || sweep(s)) && (!s.scale || scale(s)) : compare(s);
    if (done) return 0;
    std::fprintf(stderr, several ? "Stopped; the same command goes on from here.\n" : "Stopped.\n");
    return 130;
}

}  // namespace
}  // namespace decision_focused

int main(int argc, char** argv) try { return decision_focused::main(decision_focused::read_settings(argc, argv)); } catch (std::exception const& e) {
    std::fprintf(stderr, "decision_focused: %s\n", e.what());
    return 1;
}
