// SPDX-License-Identifier: MIT
#pragma once
#include "two_link.hpp"

/// \file
/// Two links with a motor at the shoulder stay upright (Spong and Block, The Pendubot, 1995). The motion is that of two_link.hpp with the
/// constants of the acrobot, by Runge-Kutta.
namespace multitask_control {

class pendubot_balance final : public task {
public:
    static constexpr double torque = 10, dt = 0.05;
    two_link::state_t state{};

    char const* name() const override { return "pendubot_balance"; }
    int observations() const override { return 4; }
    int actions() const override { return 1; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override {
        state = {pi + between(r, -0.05, 0.05), between(r, -0.05, 0.05), between(r, -0.05, 0.05), between(r, -0.05, 0.05)};
        upright = 0;
    }
    outcome step(std::span<double const> action) override {
        const double u = torque * clipped(action[0]);
        state = runge_kutta(state, dt, [u](auto const& s) { return acrobat.motion(s, u, 0); });
        const double height = two_link::height(state);
        if (height > 1.5) ++upright;
        return {1 - 2 * (2 - height), height <= 1.5};
    }
    void observe(std::span<double> o) const override {
        o[0] = 2 * wrapped(state[0] - pi), o[1] = 2 * wrapped(state[1]);
        o[2] = std::clamp(state[2], -4.0, 4.0), o[3] = std::clamp(state[3] / 2, -4.0, 4.0);
    }
    /// Never fell.
    bool success() const override { return upright >= limit(); }

private:
    int upright = 0;
};

}  // namespace multitask_control
