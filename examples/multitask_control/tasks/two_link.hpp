// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// Two links with a motor at either joint, from the Lagrangian (Spong and Vidyasagar, Robot Dynamics and Control, 1989).
namespace multitask_control {

struct two_link {
    double mass, length, inertia;  ///< of each link; its centre is its middle, and the inertia is about it
    double g, friction;

    using state_t = std::array<double, 4>;  ///< q1, q2, q1', q2'; 0 hangs down, and q2 counts from the first link

    state_t motion(state_t const& s, double shoulder, double elbow) const {
        const double c = length / 2, pair = mass * length * c, cosine = std::cos(s[1]), bend = pair * std::sin(s[1]);
        const double weight = mass * c * g * std::sin(s[0] + s[1]);
        const double own = mass * c * c + inertia, cross = own + pair * cosine, both = 2 * own + mass * length * length + 2 * pair * cosine;
        const double first = shoulder - friction * s[2] + bend * (2 * s[2] + s[3]) * s[3] - weight - mass * (c + length) * g * std::sin(s[0]);
        const double second = elbow - friction * s[3] - bend * square(s[2]) - weight;
        const double determinant = both * own - square(cross);
        return {s[2], s[3], (own * first - cross * second) / determinant, (both * second - cross * first) / determinant};
    }
    double energy(state_t const& s) const {
        const double c = length / 2, pair = mass * length * c, cosine = std::cos(s[1]), own = mass * c * c + inertia;
        const double both = 2 * own + mass * length * length + 2 * pair * cosine;
        const double moving = both / 2 * square(s[2]) + (own + pair * cosine) * s[2] * s[3] + own / 2 * square(s[3]);
        return moving - mass * (c + length) * g * std::cos(s[0]) - mass * c * g * std::cos(s[0] + s[1]);
    }
    /// Of the tip over the shoulder, in links.
    static double height(state_t const& s) { return -std::cos(s[0]) - std::cos(s[0] + s[1]); }
};

constexpr two_link acrobat{1, 1, 1, 9.8, 0};  ///< Gymnasium's Acrobot-v1

}  // namespace multitask_control
