// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_rows.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/pipe.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// An average followed by unit rows, on the CPU, in one sweep instead of four: `apply_update` finds these by name.
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

inline double row_factor(row_norm const&, double length) { return length > 0 ? std::fmin(1 / length, 1.7e308) : 0; }
inline double row_factor(damped_row_norm const& n, double length) { return n.factor(length, n.eps); }

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

/// w <- keep w - rate rule(g), or false and nothing done.
template <class Average, class Rows, class... Scale, class State, class T>
    requires requires(Average const& a, Rows const& r) { detail::fresh_weight(a), detail::fuses(r); } && (sizeof...(Scale) < 2) && (detail::is_scaled<Scale> && ...)
bool fused_update(cpu& device, pipe<Average, Rows, Scale...> const& rule, State& state, index_t, blocks<T const> const& g, blocks<T> const& w, double rate, double decay) {
    auto const& average = rule.parts.first;
    auto const& rows = rule.parts.rest.first;
    if (average.nesterov || !detail::fuses(rows)) return false;
    auto factor = [&](double length) { return detail::row_factor(rows, length); };
    return fused_rows(device, T(average.beta), T(detail::fresh_weight(average)), factor, state.all.first.buffer.all(), g, w,
                      rate * detail::scale_of(rule.parts.rest.rest, w), 1 - rate * decay);
}

}  // namespace isotypic
