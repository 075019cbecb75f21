// SPDX-License-Identifier: MIT
#pragma once
#include "motion.hpp"

/// \file
/// Park at the origin of a line: x'' = u, the textbook's first plant (as Bryson and Ho 1975), by semi-implicit Euler.
namespace multitask_control {

class double_integrator final : public task {
public:
    static constexpr double dt = 0.1, room = 2;

    char const* name() const override { return "double_integrator"; }
    int observations() const override { return 2; }
    int actions() const override { return 1; }
    int limit() const override { return 100; }

    void reset(random_stream& r) override { x = between(r, -1.5, 1.5), v = between(r, -0.5, 0.5); }
    outcome step(std::span<double const> action) override {
        const double u = clipped(action[0]);
        v += dt * u, x += dt * v;
        if (std::fabs(x) > room) x = std::copysign(room, x), v = 0;
        return {1 - square(x) - 0.2 * square(v) - 0.05 * square(u), false};
    }
    void observe(std::span<double> o) const override { o[0] = x, o[1] = v; }
    bool success() const override { return std::fabs(x) < 0.1 && std::fabs(v) < 0.1; }

private:
    double x = 0, v = 0;
};

}  // namespace multitask_control
