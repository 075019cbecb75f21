// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_rows.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/pipe.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/steepest.hpp>
#include <isotypic/update/step_size.hpp>

/// \file
/// An average followed by unit rows in one sweep instead of four, on a device that has `fused_rows`: `apply_update` finds these by name.
///
///     momentum | row_norm             momentum | damped_row_norm          heavy_ball with either
///
/// and any of them followed by scaled(...), which joins the rate.
///
/// The plain pipe is the reference, to rounding (the step is taken in double and rounded once), and runs where
/// these return false: Nesterov, a power of the dual norm, a relative eps, or no common contiguous axis.
namespace isotypic {
namespace detail {

inline double fresh_weight(momentum const& m) { return 1 - m.beta; }
inline double fresh_weight(heavy_ball const&) { return 1; }

inline bool fuses(row_norm const& n) { return n.alpha == 0; }
inline bool fuses(damped_row_norm const& n) { return !n.relative; }

constexpr double row_factor(row_norm const&, double length) { return length > 0 ? std::fmin(1 / length, 1.7e308) : 0; }
constexpr double row_factor(damped_row_norm const& n, double length) { return n.factor(length, n.eps); }

template <class Rows>
struct factor_of_row {
    Rows rows;
    constexpr double operator()(double length) const { return row_factor(rows, length); }
};

template <class P>
constexpr bool is_scaled = false;
template <class C>
constexpr bool is_scaled<scaled_part<C>> = true;
template <class B>
double scale_of(list<> const&, B const&) {
    return 1;
}
template <class C, class B>
double scale_of(list<scaled_part<C>> const& last, B const& x) {
    return x.size() ? last.first.factor * shape_scale(last.first.convention, x) : 1;
}

}  // namespace detail

template <class T, class F>
bool fused_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g,
                blocks<T> const& w, detail::step_size<double> const& size) {
    const auto [rate, keep] = size.at_start();
    return fused_rows(device, k, t, f, m, g, w, rate, keep);
}

/// w <- keep w - rate rule(g), or false and nothing done.
template <device D, class Average, class Rows, class... Scale, class State, class T, class S>
    requires requires(Average const& a, Rows const& r) { detail::fresh_weight(a), detail::fuses(r); } && (sizeof...(Scale) < 2) && (detail::is_scaled<Scale> && ...)
bool fused_update(D& d, pipe<Average, Rows, Scale...> const& rule, State& state, typename D::template number<index_t>, blocks<T const, S> const& g,
                  blocks<T, S> const& w, typename D::template number<double> rate, double decay) {
    using U = compute<T>;
    auto const& average = rule.parts.first;
    auto const& rows = rule.parts.rest.first;
    if (average.nesterov || !detail::fuses(rows)) return false;
    const U k = U(average.beta), t = U(detail::fresh_weight(average));
    const detail::factor_of_row<Rows> factor{rows};
    const detail::step_size<decltype(rate)> size{rate, detail::scale_of(rule.parts.rest.rest, w), decay};
    auto const& m = state.all.first.buffer.all();
    if constexpr (requires { fused_rows(d, k, t, factor, m, g, w, size); })
        return fused_rows(d, k, t, factor, m, g, w, size);
    else
        return false;
}

}  // namespace isotypic
