// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <isotypic/update/fused_rows.hpp>

/// \file
/// Scion (T. Pethick et al., arXiv 2502.07529): momentum d <- (1-mu) d + mu g and the point of a norm ball of
/// radius rho farthest along it, for an m x n block (outputs x inputs), as the authors' code has it:
///
///     scion_spectral      rho sqrt(m/n) NS5(d)        max(1, sqrt(m/n)) with .at_least_one (input layers)
///     scion_sign          rho sign(d) / n             without 1/n unless .normalized
///     scion_row_norm      rho r_i / (|r_i| sqrt(n))   without sqrt(n) unless .normalized (input layers)
///     scion_column_norm   rho sqrt(m) c_j / |c_j|     and 1/n with .normalized; embeddings by by_columns: sqrt(d) a row
///     scion_bias_rms      rho b / rms(b)              for vectors, which are matrices of one column
///
/// Unconstrained: W <- W - gamma u. Constrained: W <- (1 - gamma) W - gamma u, that is rate gamma with
/// a decoupled decay of 1. Their code adds 1e-8 to the norm it divides by, 1e-7 in NS5: negligible while
/// gradients stay far above. Their language models use the sign ball for a tied head, which is no
/// symmetry of an embedding; the types here say so. SpectralConv is the spectral ball on a reshaped kernel, over k^2.
namespace isotypic {

/// y_i = x_i / (|x_i| / size(m, n) + eps): rows of norm size(m, n).
template <class Convention>
struct rows_of_size {
    Convention size{};
    double radius = 1, eps = 1e-8;

    using commutes_with = damped_row_norm::commutes_with;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift = damped_row_norm::row_shift;
    static constexpr shift_law col_shift = damped_row_norm::col_shift;
    double homogeneity() const { return eps == 0 ? 0 : std::nan(""); }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state& none) const {
        if (!x.size()) return x;
        const double s = detail::shape_scale(size, x);
        return scaled_part<constant_scale>{{radius * s}}.apply(c, damped_row_norm{eps * s}.apply(c, x, y, none), y, none);
    }
};

namespace detail {

/// 1/n, or 1.
struct fan_in_scale {
    bool normalized = true;
    double operator()(double, double n) const { return normalized ? 1 / n : 1; }
};
/// 1/sqrt(n), or 1.
struct scion_row_scale {
    bool normalized = true;
    double operator()(double, double n) const { return normalized ? 1 / std::sqrt(n) : 1; }
};
/// sqrt(m), over n if normalized, seen from the transpose: m and n trade places.
struct scion_column_scale {
    bool normalized = false;
    double operator()(double n, double m) const { return std::sqrt(m) / (normalized ? n : 1); }
};

/// For `fused_rows`.
template <class Convention, class... Scale, class B>
    requires requires(list<Scale...> const& s, B const& w) { scale_of(s, w); }
unit_lines<damped_row_norm, false> lines_of(list<rows_of_size<Convention>, Scale...> const& parts, B const& w) {
    const double s = w.size() ? shape_scale(parts.first.size, w) : 1;
    return {{parts.first.eps * s}, parts.first.radius * s * scale_of(parts.rest, w)};
}

}  // namespace detail

struct scion_settings {
    double mu = 0.1;      ///< one minus the usual beta
    double radius = 1;    ///< rho
    bool normalized = true;
    double eps = 1e-8;
};
struct scion_column_settings {
    double mu = 0.1, radius = 1;
    bool normalized = false;
    double eps = 1e-8;
};
struct scion_spectral_settings {
    double mu = 0.1, radius = 1;
    bool at_least_one = false, normalized = true;
    coefficients set = keller.with_norm_eps(1e-7);
};
struct scion_sign_settings {
    double mu = 0.1, radius = 1;
    bool normalized = true;
};

inline auto scion_spectral(scion_spectral_settings s = {}) {
    return momentum{.beta = 1 - s.mu} | polar<newton_schulz>{{s.set}} | scaled(spectral_scale{s.at_least_one, s.normalized}, s.radius);
}
inline auto scion_sign(scion_sign_settings s = {}) {
    return momentum{.beta = 1 - s.mu} | sign{} | scaled(detail::fan_in_scale{s.normalized}, s.radius);
}
inline auto scion_row_norm(scion_settings s = {}) {
    return momentum{.beta = 1 - s.mu} | rows_of_size<detail::scion_row_scale>{{s.normalized}, s.radius, s.eps};
}
inline auto scion_column_norm(scion_column_settings s = {}) {
    return momentum{.beta = 1 - s.mu} | by_columns(rows_of_size<detail::scion_column_scale>{{s.normalized}, s.radius, s.eps});
}
inline auto scion_bias_rms(scion_column_settings s = {}) { return scion_column_norm(s); }

}  // namespace isotypic
