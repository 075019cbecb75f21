// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// The rules of T. Lau and W. Su, "Symmetry-Compatible Principle for Optimizer Design" (arXiv 2605.18106), as
/// their code runs them: an average M <- beta M + (1 - beta) G without bias correction or Nesterov, then
///
///     row_norm_m              m_i / (|m_i| + eps)                                      embeddings, SwiGLU
///     right_polar_grad_m      max(nu, eps)^alpha M (M'M)^(-1/2),   nu = <M, .>         tall blocks
///     left_polar_grad_m       max(nu, eps)^alpha (MM')^(-1/2) M                        wide blocks
///     hybrid_polar_grad_m     max(nu, eps)^alpha polar(R), R = unit rows of M, nu = <R, .>
///     hybrid_polar_then_row_m unit rows of max(nu, eps)^alpha polar(M); alpha only moves eps
///
/// and for blocks known up to a shared row (heads, routers) the same names with `centred_`: centred first,
/// again after the rows are scaled, and last. For columns `by_columns(row_norm_m())`, for a gate and up
/// pair `joined`, for heads and experts a batch. Their absolute eps = 1e-8 holds while norms stay far above it.
///
/// Left and right are one matrix; they differ only with an engine that forms a Gram matrix, and choose its
/// side: `right_polar_grad_m<gram_root>({.engine = {.damping = 1e-8}})` is their formula without an iteration.
/// The default engine is their Polar Express set, 5 steps, normalised by |M|_F (their coupled inverse root
/// starts from a Schatten-4 norm). Of a stack of experts their hybrid takes one nu for all, which ties the
/// experts together; ours takes one for each. Why alpha = 1 and how rates were tuned is not published.
namespace isotypic {
namespace detail {

/// Polar Express with a margin of 1.05 and their ns_epsilon; any other engine as it comes.
template <class Engine>
constexpr Engine symmetry_compatible_engine() {
    if constexpr (std::is_same_v<Engine, newton_schulz>)
        return {polar_express_105.with_norm_eps(1e-7)};
    else
        return {};
}
template <class Engine>
Engine on_right(Engine e) {
    if constexpr (requires { e.side; }) e.side = decltype(e.side)::right;
    return e;
}
template <class Engine>
Engine on_left(Engine e) {
    if constexpr (requires { e.side; }) e.side = decltype(e.side)::left;
    return e;
}

}  // namespace detail

struct row_norm_m_settings {
    double beta = 0.95, eps = 1e-8;
    bool floor = false;  ///< max(|m_i|, eps): "inverse" in their code
};

inline auto row_norm_m(row_norm_m_settings s = {}) { return momentum{.beta = s.beta} | damped_row_norm{s.eps, s.floor}; }
inline auto centred_row_norm_m(row_norm_m_settings s = {}) {
    return momentum{.beta = s.beta} | centre{} | damped_row_norm{s.eps, s.floor} | centre{};
}

template <class Engine = newton_schulz>
struct polar_grad_m_settings {
    double beta = 0.95, alpha = 1, eps = 1e-8;
    Engine engine = detail::symmetry_compatible_engine<Engine>();
};

template <class Engine = newton_schulz>
auto right_polar_grad_m(polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | polar<Engine>{detail::on_right(s.engine), s.alpha, s.eps};
}
template <class Engine = newton_schulz>
auto left_polar_grad_m(polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | polar<Engine>{detail::on_left(s.engine), s.alpha, s.eps};
}
/// The last centring changes rounding only: the polar factor of a centred matrix is centred.
template <class Engine = newton_schulz>
auto centred_right_polar_grad_m(polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | centre{} | polar<Engine>{detail::on_right(s.engine), s.alpha, s.eps} | centre{};
}
template <class Engine = newton_schulz>
auto centred_left_polar_grad_m(polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | centre{} | polar<Engine>{detail::on_left(s.engine), s.alpha, s.eps} | centre{};
}

template <class Engine = newton_schulz>
struct hybrid_polar_grad_m_settings {
    double beta = 0.95, alpha = 1, eps = 1e-8;
    bool floor = false;  ///< as in row_norm_m_settings
    Engine engine = detail::symmetry_compatible_engine<Engine>();
};

/// Rows first: the order of all their experiments. With alpha = 0 it is MuonEq-R (arXiv 2603.28254) without its scale.
template <class Engine = newton_schulz>
auto hybrid_polar_grad_m(hybrid_polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | damped_row_norm{s.eps, s.floor} | polar<Engine>{s.engine, s.alpha, s.eps};
}
template <class Engine = newton_schulz>
auto centred_hybrid_polar_grad_m(hybrid_polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | centre{} | damped_row_norm{s.eps, s.floor} | centre{} | polar<Engine>{s.engine, s.alpha, s.eps} | centre{};
}
/// Rows last: the default of their class.
template <class Engine = newton_schulz>
auto hybrid_polar_then_row_m(hybrid_polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | polar<Engine>{s.engine, s.alpha, s.eps} | damped_row_norm{s.eps, s.floor};
}
template <class Engine = newton_schulz>
auto centred_hybrid_polar_then_row_m(hybrid_polar_grad_m_settings<Engine> s = {}) {
    return momentum{.beta = s.beta} | centre{} | polar<Engine>{s.engine, s.alpha, s.eps} | damped_row_norm{s.eps, s.floor} | centre{};
}

}  // namespace isotypic
