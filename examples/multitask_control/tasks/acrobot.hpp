// SPDX-License-Identifier: MIT
#pragma once
#include "two_link.hpp"

/// \file
/// Two hanging links with a motor at the elbow swing their tip one link over the shoulder: Sutton (1996) with the constants of Gymnasium's
/// Acrobot-v1 and a continuous torque. The motion is that of two_link.hpp, by Runge-Kutta.
namespace multitask_control {

class acrobot final : public task {
public:
    static constexpr double dt = 0.2;
    two_link::state_t state{};

    char const* name() const override { return "acrobot"; }
    int observations() const override { return 6; }
    int actions() const override { return 1; }
    int limit() const override { return 140; }

    void reset(random_stream& r) override {
        for (double& v : state) v = between(r, -0.1, 0.1);
    }
    outcome step(std::span<double const> action) override {
        const double u = clipped(action[0]);
        state = runge_kutta(state, dt, [u](auto const& s) { return acrobat.motion(s, 0, u); });
        state = {wrapped(state[0]), wrapped(state[1]), std::clamp(state[2], -4 * pi, 4 * pi), std::clamp(state[3], -9 * pi, 9 * pi)};
        return {two_link::height(state) / 4 - 0.5, success()};
    }
    void observe(std::span<double> o) const override {
        o[0] = std::cos(state[0]), o[1] = std::sin(state[0]), o[2] = std::cos(state[1]), o[3] = std::sin(state[1]);
        o[4] = state[2] / 4, o[5] = state[3] / 6;
    }
    bool success() const override { return two_link::height(state) > 1; }
};

}  // namespace multitask_control
