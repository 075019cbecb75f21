// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>
#include <cmath>

/// \file
/// Scale conventions: a number that depends on the shape alone, y = c(m, n) x.
///
///     name                 c(m, n)                 what it makes of a full polar factor
///     keller_scale         sqrt(max(1, m/n))       K. Jordan's Muon
///     moonlight_scale      0.2 sqrt(max(m, n))     entries of root mean square 0.2, as AdamW's (arXiv 2502.16982)
///     spectral_scale       sqrt(m/n)               RMS to RMS operator norm 1 (Bernstein; Scion, arXiv 2502.07529)
///     largest_side_scale   extra sqrt(max(m, n))   NVIDIA's Emerging-Optimizers, "spectral"
///     row_rms_scale        rms sqrt(n)             of unit rows: entries of root mean square rms
///     constant_scale       value
///
/// m x n is the shape of an item, m the outputs; a joined pair counts as m x 2n (transposed: 2m x n), and
/// inside `by_columns` rows and columns trade places. A convention is any callable of (m, n):
///
///     momentum{} | polar{} | scaled(moonlight_scale{})
///     momentum{} | polar{} | scaled([](double m, double) { return std::sqrt(m); })
namespace isotypic {

struct keller_scale {
    double operator()(double m, double n) const { return std::sqrt(std::fmax(1, m / n)); }
};
struct moonlight_scale {
    double rms = 0.2;
    double operator()(double m, double n) const { return rms * std::sqrt(std::fmax(m, n)); }
};
struct spectral_scale {
    bool at_least_one = false;  ///< max(1, .): Scion's form for input layers
    bool normalized = true;     ///< false: sqrt(m), for inputs of unit norm instead of unit RMS
    double operator()(double m, double n) const { return std::fmax(at_least_one ? 1 : 0, std::sqrt(normalized ? m / n : m)); }
};
/// extra = 0.2 matches AdamW by experience, sqrt((1 - b1) / (1 + b1)) by its stationary variance.
struct largest_side_scale {
    double extra = 1;
    double operator()(double m, double n) const { return extra * std::sqrt(std::fmax(m, n)); }
};
struct row_rms_scale {
    double rms = 1;
    double operator()(double, double n) const { return rms * std::sqrt(n); }
};
struct constant_scale {
    double value = 1;
    double operator()(double, double) const { return value; }
};

namespace detail {

/// c(m, n) for the shape of one item of x.
template <class Convention, class B>
double shape_scale(Convention const& c, B const& x) {
    return c(double(x.rows() * (x.stacked ? 2 : 1)), double(x.cols() * (x.joined && !x.stacked ? 2 : 1)));
}

}  // namespace detail

/// Made by `scaled`. Commutes with everything linear and carries shifts along.
template <class Convention>
struct scaled_part {
    Convention convention{};
    double factor = 1;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift = shift_law::linear();
    static constexpr shift_law col_shift = shift_law::linear();
    double homogeneity() const { return 1; }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        if (!x.size()) return x;
        const double s = factor * detail::shape_scale(convention, x);
        if (s == 1) return x;
        scale(c.device, s, x, y);
        return y;
    }
};

/// See the file's comment; `factor` multiplies the convention.
template <class Convention>
scaled_part<Convention> scaled(Convention const& c, double factor = 1) {
    return {c, factor};
}

}  // namespace isotypic
