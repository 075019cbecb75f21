// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A car too weak for the hill takes a run-up: v += 0.0015 u - 0.0025 cos 3x, x += v, as Moore (1990) and Gymnasium's
/// MountainCarContinuous-v0. The reward is what is missing of the energy to get over.
namespace multitask_control {

class mountain_car final : public task {
public:
    static constexpr double goal = 0.45;
    double x = 0, v = 0;

    char const* name() const override { return "mountain_car"; }
    int observations() const override { return 2; }
    int actions() const override { return 1; }
    int limit() const override { return 200; }

    void reset(random_stream& r) override { x = between(r, -0.6, -0.4), v = 0; }
    outcome step(std::span<double const> action) override {
        v = std::clamp(v + 0.0015 * clipped(action[0]) - 0.0025 * std::cos(3 * x), -0.07, 0.07), x += v;
        if (x < -1.2) x = -1.2, v = (std::max)(v, 0.0);
        if (x > 0.6) x = 0.6;
        const double energy = (square(v) / 2 + 0.0025 / 3 * (1 + std::sin(3 * x))) / (2 * 0.0025 / 3);
        return {(std::min)(energy, 1.0) - 1 + (success() ? 1 : 0), success()};
    }
    void observe(std::span<double> o) const override { o[0] = 2 * (x + 0.5), o[1] = 30 * v; }
    bool success() const override { return x >= goal; }
};

}  // namespace multitask_control
