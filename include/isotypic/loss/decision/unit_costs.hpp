// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/instances.hpp>
#include <isotypic/device/workspace.hpp>

/// \file
/// Maps of costs that forget their scale, for predictions x and true costs c of d numbers:
///
///     unit_costs{}          x -> sqrt(d) x / |x|      a prediction's own      degree 0 in x
///     jointly_scaled{}      x -> sqrt(d) x / |c|      the truth's for both    degree 0 in (x, c)
///
/// Mean square 1 rather than norm 1, so that slopes are of one size for any d: squares behind it are d |u - v|^2 of unit vectors u and v.
/// J = (I - u u') sqrt(d) / |x|, symmetric, so that a gradient is orthogonal to the prediction; 0 where x, or for the other c, is 0. What
/// maps are: cost_map.hpp. Derived here.
namespace isotypic {

namespace detail {

/// |x| / sqrt(d), whatever the scale of x.
inline double root_mean_square(std::span<double const> x) {
    const double plain = dot(x, x);
    if (plain > 1e-280 && plain < 1e280) return std::sqrt(plain / double(x.size()));
    double most = 0, sum = 0;
    for (double v : x) most = std::fmax(most, std::fabs(v));
    if (!(most > 0)) return 0;
    for (double v : x) sum += (v / most) * (v / most);
    return most * std::sqrt(sum / double(x.size()));
}
inline void scale_to(std::span<double const> x, double by, std::span<double> y) {
    if (by > 1e-300) {
        const double inverse = 1 / by;
        for (std::size_t j = 0; j < x.size(); ++j) y[j] = x[j] * inverse;
    } else {
        for (std::size_t j = 0; j < x.size(); ++j) y[j] = by != 0 ? x[j] / by : 0;
    }
}

}  // namespace detail

/// See the file's comment.
struct unit_costs {
    using costs = std::span<double const>;
    static constexpr char const* name = "unit costs";
    static constexpr bool keeps_known = false;

    void forward(costs, costs x, std::span<double> y, workspace&) const { detail::scale_to(x, detail::root_mean_square(x), y); }
    void jvp(costs, costs x, costs v, std::span<double> out, workspace&) const {
        const double size = detail::root_mean_square(x);
        if (size > 1e-140 && size < 1e140) {
            const double inverse = 1 / size, along = detail::dot(x, v) * inverse * inverse / double(x.size());
            for (std::size_t j = 0; j < x.size(); ++j) out[j] = (v[j] - along * x[j]) * inverse;
            return;
        }
        double along = 0;
        for (std::size_t j = 0; j < x.size() && size > 0; ++j) along += x[j] / size * v[j] / double(x.size());
        for (std::size_t j = 0; j < x.size(); ++j) out[j] = size > 0 ? (v[j] - along * (x[j] / size)) / size : 0;
    }
    void vjp(costs c, costs x, costs g, std::span<double> out, workspace& w) const { jvp(c, x, g, out, w); }
};

/// See the file's comment.
struct jointly_scaled {
    using costs = std::span<double const>;
    static constexpr char const* name = "jointly scaled costs";
    static constexpr bool keeps_known = true;

    void forward(costs c, costs x, std::span<double> y, workspace&) const { detail::scale_to(x, detail::root_mean_square(c), y); }
    void jvp(costs c, costs, costs v, std::span<double> out, workspace& w) const { forward(c, v, out, w); }
    void vjp(costs c, costs, costs g, std::span<double> out, workspace& w) const { forward(c, g, out, w); }
};

}  // namespace isotypic
