// SPDX-License-Identifier: MIT
#pragma once
#include "task.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

/// \file
/// What the equations of motion share.
namespace multitask_control {

using std::numbers::pi;

/// In [-1, 1], whatever it was.
inline double clipped(double action) { return action > -1 ? (std::min)(action, 1.0) : -1; }

inline double between(random_stream& r, double low, double high) { return low + (high - low) * r.uniform(); }

/// The same angle in [-pi, pi].
inline double wrapped(double angle) { return std::remainder(angle, 2 * pi); }

inline double square(double x) { return x * x; }

/// The classical Runge-Kutta step of order 4 of s' = f(s).
template <std::size_t N, class F>
std::array<double, N> runge_kutta(std::array<double, N> const& s, double dt, F const& f) {
    const auto at = [&](std::array<double, N> const& slope, double h) {
        auto moved = s;
        for (std::size_t i = 0; i < N; ++i) moved[i] += h * slope[i];
        return moved;
    };
    const auto a = f(s), b = f(at(a, dt / 2)), c = f(at(b, dt / 2)), d = f(at(c, dt));
    auto next = s;
    for (std::size_t i = 0; i < N; ++i) next[i] += dt / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
    return next;
}

/// A point mass in the plane under a force and drag, in a square room; semi-implicit Euler.
struct point_mass {
    double x = 0, y = 0, vx = 0, vy = 0;

    void push(double ux, double uy, double force, double drag, double dt, double room) {
        vx += dt * (force * ux - drag * vx), vy += dt * (force * uy - drag * vy);
        x += dt * vx, y += dt * vy;
        if (std::fabs(x) > room) x = std::copysign(room, x), vx = 0;
        if (std::fabs(y) > room) y = std::copysign(room, y), vy = 0;
    }
    double speed() const { return std::hypot(vx, vy); }
};

}  // namespace multitask_control
