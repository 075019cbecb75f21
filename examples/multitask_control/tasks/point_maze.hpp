// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A point mass goes to a goal beyond a wall, through a gap that is elsewhere each time: p'' = 2 u - p' by semi-implicit Euler, and the wall
/// stops what meets it. The reward counts the way through the gap. Own, after the point mazes of D4RL (Fu et al. 2020).
namespace multitask_control {

class point_maze final : public task {
public:
    static constexpr double half_gap = 0.1;

    char const* name() const override { return "point_maze"; }
    int observations() const override { return 7; }
    int actions() const override { return 2; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override {
        at = {between(r, -0.9, -0.3), between(r, -0.9, 0.9), 0, 0};
        gap = between(r, -0.7, 0.7), goal_x = between(r, 0.3, 0.9), goal_y = between(r, -0.9, 0.9);
    }
    outcome step(std::span<double const> action) override {
        const point_mass before = at;
        at.push(clipped(action[0]), clipped(action[1]), 2, 1, 0.05, 1);
        if ((before.x < 0) != (at.x < 0)) {
            const double crossed = before.y + (at.y - before.y) * before.x / (before.x - at.x);
            if (std::fabs(crossed - gap) > half_gap) at.x = before.x, at.vx = 0;
        }
        const double way = at.x < 0 ? std::hypot(at.x, gap - at.y) + std::hypot(goal_x, goal_y - gap) : left();
        return {1 - way, false};
    }
    void observe(std::span<double> o) const override { o[0] = at.x, o[1] = at.y, o[2] = at.vx, o[3] = at.vy, o[4] = gap, o[5] = goal_x, o[6] = goal_y; }
    bool success() const override { return left() < 0.1; }

private:
    point_mass at;
    double gap = 0, goal_x = 0, goal_y = 0;
    double left() const { return std::hypot(goal_x - at.x, goal_y - at.y); }
};

}  // namespace multitask_control
