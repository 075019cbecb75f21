// SPDX-License-Identifier: MIT
#pragma once
#include "two_link.hpp"

/// \file
/// An arm of two links on a table brings its tip to a goal, as in Gymnasium's Reacher. The motion is that of two_link.hpp for slender rods
/// without gravity and with friction, by Runge-Kutta.
namespace multitask_control {

class reacher final : public task {
public:
    static constexpr two_link arm{1, 0.5, 0.25 / 12, 0, 0.1};
    static constexpr double shoulder = 1, elbow = 0.5, dt = 0.05;
    two_link::state_t state{};
    double goal_x = 0, goal_y = 0;

    double left_x() const { return goal_x - arm.length * (std::cos(state[0]) + std::cos(state[0] + state[1])); }
    double left_y() const { return goal_y - arm.length * (std::sin(state[0]) + std::sin(state[0] + state[1])); }

    char const* name() const override { return "reacher"; }
    int observations() const override { return 8; }
    int actions() const override { return 2; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override {
        state = {between(r, -pi, pi), between(r, -2, 2), 0, 0};
        const double way = between(r, 0.3, 0.9), angle = between(r, -pi, pi);
        goal_x = way * std::cos(angle), goal_y = way * std::sin(angle);
    }
    outcome step(std::span<double const> action) override {
        const double a = shoulder * clipped(action[0]), b = elbow * clipped(action[1]);
        state = runge_kutta(state, dt, [a, b](auto const& s) { return arm.motion(s, a, b); });
        state = {wrapped(state[0]), wrapped(state[1]), std::clamp(state[2], -10.0, 10.0), std::clamp(state[3], -15.0, 15.0)};
        return {1 - std::hypot(left_x(), left_y()) - 0.01 * (square(state[2]) + square(state[3])), false};
    }
    void observe(std::span<double> o) const override {
        o[0] = std::cos(state[0]), o[1] = std::sin(state[0]), o[2] = std::cos(state[1]), o[3] = std::sin(state[1]);
        o[4] = state[2] / 3, o[5] = state[3] / 5, o[6] = left_x(), o[7] = left_y();
    }
    bool success() const override { return std::hypot(left_x(), left_y()) < 0.1; }
};

}  // namespace multitask_control
