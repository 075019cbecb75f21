// SPDX-License-Identifier: MIT
#pragma once
#include "cart_pole.hpp"

/// \file
/// Swing the hanging pole of a cart up and keep it there, on a track that ends. The motion is that of cart_pole.hpp, by Runge-Kutta; the task
/// is that of Doya (2000) and of DeepMind's control suite (2018).
namespace multitask_control {

class cart_pole_swing_up final : public task {
public:
    static constexpr double force = 10, dt = 0.04;
    cart_pole::state_t state{};

    char const* name() const override { return "cart_pole_swing_up"; }
    int observations() const override { return 5; }
    int actions() const override { return 1; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override {
        state = {between(r, -0.2, 0.2), between(r, -0.1, 0.1), pi + between(r, -0.2, 0.2), between(r, -0.2, 0.2)};
        held = 0;
    }
    outcome step(std::span<double const> action) override {
        const double u = force * clipped(action[0]);
        state = runge_kutta(state, dt, [u](auto const& s) { return cart_pole::motion(s, u); });
        state[2] = wrapped(state[2]), state[3] = std::clamp(state[3], -15.0, 15.0);
        held = std::fabs(state[2]) < 0.35 ? held + 1 : 0;
        const double lift = 0.5 + 0.5 * std::cos(state[2]);
        return {lift - 0.2 * square(state[0] / cart_pole::track) - 0.001 * square(state[3]) * lift, std::fabs(state[0]) > cart_pole::track};
    }
    void observe(std::span<double> o) const override {
        o[0] = state[0], o[1] = std::clamp(state[1] / 2, -4.0, 4.0);
        o[2] = std::cos(state[2]), o[3] = std::sin(state[2]), o[4] = state[3] / 5;
    }
    /// Upright through the last 40 steps.
    bool success() const override { return held >= 40; }

private:
    int held = 0;
};

}  // namespace multitask_control
