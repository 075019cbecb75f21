// SPDX-License-Identifier: MIT
#pragma once
#include "cart_pole.hpp"

/// \file
/// Keep the pole of the cart up and the cart near the middle of its track: Gymnasium's CartPole-v1 with a continuous force. The motion is
/// that of cart_pole.hpp, by Runge-Kutta.
namespace multitask_control {

class cart_pole_balance final : public task {
public:
    static constexpr double force = 10, dt = 0.02, most_lean = 12 * pi / 180;
    cart_pole::state_t state{};

    char const* name() const override { return "cart_pole_balance"; }
    int observations() const override { return 4; }
    int actions() const override { return 1; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override {
        for (double& v : state) v = between(r, -0.05, 0.05);
        upright = 0;
    }
    outcome step(std::span<double const> action) override {
        const double u = force * clipped(action[0]);
        state = runge_kutta(state, dt, [u](auto const& s) { return cart_pole::motion(s, u); });
        const bool fallen = std::fabs(state[0]) > cart_pole::track || std::fabs(state[2]) > most_lean;
        if (!fallen) ++upright;
        return {1 - 0.5 * square(state[2] / most_lean) - 0.5 * square(state[0] / cart_pole::track), fallen};
    }
    void observe(std::span<double> o) const override {
        o[0] = state[0], o[1] = std::clamp(state[1] / 2, -4.0, 4.0), o[2] = 5 * state[2], o[3] = std::clamp(state[3] / 2, -4.0, 4.0);
    }
    /// Never fell.
    bool success() const override { return upright >= limit(); }

private:
    int upright = 0;
};

}  // namespace multitask_control
