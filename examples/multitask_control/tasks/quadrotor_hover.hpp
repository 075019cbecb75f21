// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A quadrotor in the plane hovers at the origin: p'' = (a + b) (-sin th, cos th) - (0, g), th'' = 2 (b - a), each rotor at
/// g / 2 (1 + 0.6 u) (Tedrake, Underactuated Robotics), by semi-implicit Euler.
namespace multitask_control {

class quadrotor_hover final : public task {
public:
    static constexpr double dt = 0.04, g = 9.8;

    char const* name() const override { return "quadrotor_hover"; }
    int observations() const override { return 6; }
    int actions() const override { return 2; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override {
        x = between(r, -0.8, 0.8), y = between(r, -0.8, 0.8), vx = between(r, -0.3, 0.3), vy = between(r, -0.3, 0.3);
        angle = between(r, -0.3, 0.3), spin = between(r, -0.3, 0.3), kept = 0;
    }
    outcome step(std::span<double const> action) override {
        const double a = g / 2 * (1 + 0.6 * clipped(action[0])), b = g / 2 * (1 + 0.6 * clipped(action[1]));
        spin += dt * 2 * (b - a), angle += dt * spin;
        vx -= dt * (a + b) * std::sin(angle), vy += dt * ((a + b) * std::cos(angle) - g);
        x += dt * vx, y += dt * vy;
        const double off = std::hypot(x, y);
        kept = off < 0.12 ? kept + 1 : 0;
        return {1 - (std::min)(off, 1.6) / 2 - 0.1 * square(angle), off > 2 || std::fabs(angle) > pi / 2};
    }
    void observe(std::span<double> o) const override {
        o[0] = x, o[1] = y, o[2] = std::clamp(vx / 2, -4.0, 4.0), o[3] = std::clamp(vy / 2, -4.0, 4.0);
        o[4] = 2 * angle, o[5] = std::clamp(spin / 3, -4.0, 4.0);
    }
    /// Within 0.12 of the origin through the last 25 steps.
    bool success() const override { return kept >= 25; }

private:
    double x = 0, y = 0, vx = 0, vy = 0, angle = 0, spin = 0;
    int kept = 0;
};

}  // namespace multitask_control
