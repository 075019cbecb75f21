// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// A pump fills a tank that runs into a second one, whose level is to be a given one: Torricelli's h1' = (1 + u) / 10 - sqrt(h1) / 10,
/// h2' = sqrt(h1) / 10 - sqrt(h2) / 10 (as Johansson 2000), by Euler's step.
namespace multitask_control {

class coupled_tanks final : public task {
public:
    static constexpr double dt = 0.5, rate = 0.1, brim = 1.5;

    char const* name() const override { return "coupled_tanks"; }
    int observations() const override { return 3; }
    int actions() const override { return 1; }
    int limit() const override { return 150; }

    void reset(random_stream& r) override { first = between(r, 0.1, 1), second = between(r, 0.1, 1), level = between(r, 0.1, 1); }
    outcome step(std::span<double const> action) override {
        const double over = rate * std::sqrt(first), out = rate * std::sqrt(second);
        first = std::clamp(first + dt * (rate * (1 + clipped(action[0])) - over), 0.0, brim);
        second = std::clamp(second + dt * (over - out), 0.0, brim);
        return {1 - 2 * std::fabs(second - level), false};
    }
    void observe(std::span<double> o) const override { o[0] = 2 * first - 1, o[1] = 2 * second - 1, o[2] = 4 * (level - second); }
    bool success() const override { return std::fabs(second - level) < 0.03; }

private:
    double first = 0, second = 0, level = 0;
};

}  // namespace multitask_control
