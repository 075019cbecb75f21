// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A point mass follows a target on a Lissajous figure of random frequencies and phases: p'' = 3 u - p' / 2, by semi-implicit Euler. Own.
namespace multitask_control {

class tracking final : public task {
public:
    static constexpr double dt = 0.05;

    char const* name() const override { return "tracking"; }
    int observations() const override { return 6; }
    int actions() const override { return 2; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override {
        at = {between(r, -1, 1), between(r, -1, 1), 0, 0};
        for (double& w : frequency) w = between(r, 0.5, 1.5);
        for (double& f : phase) f = between(r, -pi, pi);
        steps = 0, late = 0;
        aim();
    }
    outcome step(std::span<double const> action) override {
        at.push(clipped(action[0]), clipped(action[1]), 3, 0.5, dt, 1.5);
        ++steps;
        aim();
        const double off = std::hypot(target.x - at.x, target.y - at.y);
        if (2 * steps > limit()) late += off;
        return {1 - off, false};
    }
    void observe(std::span<double> o) const override {
        o[0] = 2 * (target.x - at.x), o[1] = 2 * (target.y - at.y), o[2] = at.vx, o[3] = at.vy, o[4] = target.vx, o[5] = target.vy;
    }
    /// Less than 0.06 off in the mean of the second half.
    bool success() const override { return steps >= limit() && late < 0.06 * limit() / 2; }

private:
    point_mass at, target;
    std::array<double, 2> frequency{}, phase{};
    int steps = 0;
    double late = 0;

    void aim() {
        const double a = frequency[0] * dt * steps + phase[0], b = frequency[1] * dt * steps + phase[1];
        target = {0.8 * std::cos(a), 0.8 * std::cos(b), -0.8 * frequency[0] * std::sin(a), -0.8 * frequency[1] * std::sin(b)};
    }
};

}  // namespace multitask_control
