// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A car that cannot turn on the spot parks at the origin, facing along the first axis: x' = v cos th, y' = v sin th, th' = 2 v u, the
/// kinematic bicycle with its least radius 1/2 (Reeds and Shepp 1990), by Euler's step along the middle heading.
namespace multitask_control {

class car_parking final : public task {
public:
    static constexpr double dt = 0.1, curvature = 2, room = 2;

    char const* name() const override { return "car_parking"; }
    int observations() const override { return 4; }
    int actions() const override { return 2; }
    int limit() const override { return 120; }

    void reset(random_stream& r) override { x = between(r, -1.5, -0.5), y = between(r, -0.7, 0.7), angle = between(r, -1, 1); }
    outcome step(std::span<double const> action) override {
        const double way = dt * clipped(action[0]), bend = curvature * way * clipped(action[1]);
        x = std::clamp(x + way * std::cos(angle + bend / 2), -room, room), y = std::clamp(y + way * std::sin(angle + bend / 2), -room, room);
        angle = wrapped(angle + bend);
        return {1 - std::hypot(x, y) - 0.5 * (1 - std::cos(angle)), false};
    }
    void observe(std::span<double> o) const override { o[0] = x, o[1] = y, o[2] = std::cos(angle), o[3] = std::sin(angle); }
    bool success() const override { return std::hypot(x, y) < 0.1 && std::fabs(angle) < 0.2; }

private:
    double x = 0, y = 0, angle = 0;
};

}  // namespace multitask_control
