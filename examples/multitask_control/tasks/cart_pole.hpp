// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// The frictionless cart and pole of Barto, Sutton and Anderson (1983), with the constants of Gymnasium's CartPole-v1 and a continuous force.
namespace multitask_control {

struct cart_pole {
    static constexpr double g = 9.8, cart = 1, pole = 0.1, half = 0.5, track = 2.4;
    using state_t = std::array<double, 4>;  ///< x, x', th, th'; th = 0 upright

    static state_t motion(state_t const& s, double force) {
        const double sine = std::sin(s[2]), cosine = std::cos(s[2]), all = cart + pole, moment = pole * half;
        const double push = (force + moment * square(s[3]) * sine) / all;
        const double turn = (g * sine - cosine * push) / (half * (4.0 / 3 - pole * square(cosine) / all));
        return {s[1], push - moment * turn * cosine / all, s[3], turn};
    }
    static double energy(state_t const& s) {
        const double turning = pole * half * (s[1] * s[3] * std::cos(s[2]) + 2.0 / 3 * half * square(s[3]) + g * std::cos(s[2]));
        return (cart + pole) / 2 * square(s[1]) + turning;
    }
};

}  // namespace multitask_control
