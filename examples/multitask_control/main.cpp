// SPDX-License-Identifier: MIT
// Trains one actor and one critic on sixteen control tasks at once, with what balances their gradients and without.
#include "report.hpp"
#include "sweep.hpp"
#include <training/run.hpp>
#include <cstdio>

namespace multitask_control {
namespace {

int main(settings const& s) {
    finish_the_step_on_interrupt();
    if (s.sweep ? sweep(s) : compare(s)) return 0;
    std::fprintf(stderr, s.sweep ? "Stopped; the same command goes on from here.\n" : "Stopped.\n");
    return 130;
}

}  // namespace
}  // namespace multitask_control

int main(int argc, char** argv) try { return multitask_control::main(multitask_control::read_settings(argc, argv)); } catch (std::exception const& e) {
    std::fprintf(stderr, "multitask_control: %s\n", e.what());
    return 1;
}
