// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A lander with a main thruster and one that turns it comes down softly on a pad: a rigid body in the plane, p'' = thrust (-sin th, cos th) -
/// (0, 1), th'' = 3 u, by semi-implicit Euler in own units. The shape of the reward is that of Gymnasium's LunarLander-v3.
namespace multitask_control {

class lunar_landing final : public task {
public:
    static constexpr double dt = 0.05, main_thrust = 2, turn = 3;

    char const* name() const override { return "lunar_landing"; }
    int observations() const override { return 6; }
    int actions() const override { return 2; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override {
        x = between(r, -0.5, 0.5), y = between(r, 1.2, 1.5), vx = between(r, -0.3, 0.3), vy = between(r, -0.3, 0);
        angle = between(r, -0.2, 0.2), spin = between(r, -0.2, 0.2);
    }
    outcome step(std::span<double const> action) override {
        const double before = missing(), thrust = main_thrust * (clipped(action[0]) + 1) / 2;
        spin = std::clamp(spin + dt * turn * clipped(action[1]), -5.0, 5.0), angle += dt * spin;
        vx -= dt * thrust * std::sin(angle), vy += dt * (thrust * std::cos(angle) - 1);
        x += dt * vx, y += dt * vy;
        const bool over = y <= 0 || y > 2 || std::fabs(x) > 1.5 || std::fabs(angle) > pi / 2;
        return {10 * (before - missing()) - 0.05 + (over ? (success() ? 10 : -10) : 0), over};
    }
    void observe(std::span<double> o) const override { o[0] = x, o[1] = y, o[2] = 2 * vx, o[3] = 2 * vy, o[4] = 2 * angle, o[5] = spin; }
    bool success() const override {
        return y <= 0 && std::fabs(x) < 0.25 && std::fabs(vx) < 0.2 && vy > -0.3 && std::fabs(angle) < 0.25 && std::fabs(spin) < 0.5;
    }

private:
    double x = 0, y = 0, vx = 0, vy = 0, angle = 0, spin = 0;
    double missing() const { return std::hypot(x, y) + std::hypot(vx, vy) / 2 + std::fabs(angle) / 2; }
};

}  // namespace multitask_control
