// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A rod on a pivot whose motor is too weak to lift it at once. th'' = 3 g / (2 l) sin th + 3 u / (m l^2), th = 0 upright; the constants and
/// the cost are those of Gymnasium's Pendulum-v1, the integrator is Runge-Kutta.
namespace multitask_control {

class pendulum_swing_up final : public task {
public:
    static constexpr double torque = 2, dt = 0.05;
    std::array<double, 2> state{};

    static std::array<double, 2> motion(std::array<double, 2> const& s, double u) { return {s[1], 15 * std::sin(s[0]) + 3 * u}; }
    static double energy(std::array<double, 2> const& s) { return square(s[1]) / 6 + 5 * std::cos(s[0]); }

    char const* name() const override { return "pendulum_swing_up"; }
    int observations() const override { return 3; }
    int actions() const override { return 1; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override { state = {between(r, -pi, pi), between(r, -1, 1)}, held = 0; }
    outcome step(std::span<double const> action) override {
        const double u = torque * clipped(action[0]);
        state = runge_kutta(state, dt, [u](auto const& s) { return motion(s, u); });
        state = {wrapped(state[0]), std::clamp(state[1], -8.0, 8.0)};
        held = std::fabs(state[0]) < 0.25 ? held + 1 : 0;
        return {1 - (square(state[0]) + 0.1 * square(state[1]) + 0.001 * square(u)) / 8, false};
    }
    void observe(std::span<double> o) const override { o[0] = std::cos(state[0]), o[1] = std::sin(state[0]), o[2] = state[1] / 4; }
    /// Upright through the last 40 steps.
    bool success() const override { return held >= 40; }

private:
    int held = 0;
};

}  // namespace multitask_control
