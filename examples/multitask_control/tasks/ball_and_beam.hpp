// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A ball rolls on a beam that is turned, and is to rest at a set point: r'' = 5/7 (r a'^2 - g sin a), a'' = 4 u, with stops for the beam
/// (Hauser, Sastry and Kokotovic 1992), by semi-implicit Euler.
namespace multitask_control {

class ball_and_beam final : public task {
public:
    static constexpr double dt = 0.05, g = 9.8, turn = 4, stop = 0.4;

    char const* name() const override { return "ball_and_beam"; }
    int observations() const override { return 5; }
    int actions() const override { return 1; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override {
        x = between(r, -0.6, 0.6), goal = between(r, -0.6, 0.6);
        angle = between(r, -0.1, 0.1), v = spin = 0;
    }
    outcome step(std::span<double const> action) override {
        spin += dt * turn * clipped(action[0]), angle += dt * spin;
        if (std::fabs(angle) > stop) angle = std::copysign(stop, angle), spin = 0;
        v += dt * 5 / 7 * (x * square(spin) - g * std::sin(angle)), x += dt * v;
        return {1 - std::fabs(x - goal) / 2 - 0.1 * square(angle / stop), std::fabs(x) > 1};
    }
    void observe(std::span<double> o) const override { o[0] = x, o[1] = v, o[2] = 3 * angle, o[3] = spin, o[4] = goal - x; }
    bool success() const override { return std::fabs(x - goal) < 0.1 && std::fabs(v) < 0.2; }

private:
    double x = 0, v = 0, angle = 0, spin = 0, goal = 0;
};

}  // namespace multitask_control
