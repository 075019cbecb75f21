// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A point mass comes to rest at a goal in the plane: Newton's p'' = 2 u - p' / 2, by semi-implicit Euler.
namespace multitask_control {

class point_reach final : public task {
public:
    char const* name() const override { return "point_reach"; }
    int observations() const override { return 4; }
    int actions() const override { return 2; }
    int limit() const override { return 100; }

    void reset(random_stream& r) override {
        at = {between(r, -1, 1), between(r, -1, 1), 0, 0};
        goal_x = between(r, -1, 1), goal_y = between(r, -1, 1);
    }
    outcome step(std::span<double const> action) override {
        at.push(clipped(action[0]), clipped(action[1]), 2, 0.5, 0.05, 1.5);
        return {1 - left() - 0.05 * square(at.speed()), false};
    }
    void observe(std::span<double> o) const override { o[0] = goal_x - at.x, o[1] = goal_y - at.y, o[2] = at.vx, o[3] = at.vy; }
    bool success() const override { return left() < 0.1 && at.speed() < 0.3; }

private:
    point_mass at;
    double goal_x = 0, goal_y = 0;
    double left() const { return std::hypot(goal_x - at.x, goal_y - at.y); }
};

}  // namespace multitask_control
