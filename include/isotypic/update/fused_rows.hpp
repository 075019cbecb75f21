// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_rows.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/steepest.hpp>
#include <isotypic/update/step_size.hpp>

/// \file
/// An average followed by unit rows or columns in one sweep instead of four, on a device that has `fused_rows`: `apply_update` finds
/// these by name.
///
///     momentum | row_norm             momentum | damped_row_norm          heavy_ball with either
///     momentum | column_norm          by_columns of any of these, of all or behind the average
///
/// and any of them followed by scaled(...), which joins the rate; the rows and columns of Scion.
///
/// The plain pipe is the reference, to rounding (the step is taken in double and rounded once), and runs where
/// these return false: Nesterov, a power of the dual norm, a relative eps, a clip by more than 1e30, or no
/// common contiguous axis.
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

template <class B>
double scale_of(list<> const&, B const&) {
    return 1;
}
template <class C, class B>
double scale_of(list<scaled_part<C>> const& last, B const& x) {
    return x.size() ? last.first.factor * shape_scale(last.first.convention, x) : 1;
}

/// Parts behind an average that make unit rows of a block like w, or columns, and scale them.
template <class Rows, bool across>
struct unit_lines {
    static constexpr bool by_columns = across;
    Rows rows;
    double scale;
    static auto turned(auto const& x) {
        if constexpr (across)
            return x.transposed();
        else
            return x;
    }
};
template <class Rows, class... Scale, class B>
    requires requires(Rows const& r, list<Scale...> const& s, B const& w) { detail::fuses(r), detail::scale_of(s, w); }
unit_lines<Rows, false> lines_of(list<Rows, Scale...> const& parts, B const& w) {
    return {parts.first, scale_of(parts.rest, w)};
}
template <class... Scale, class B>
    requires requires(list<Scale...> const& s, B const& w) { scale_of(s, w); }
unit_lines<row_norm, true> lines_of(list<column_norm, Scale...> const& parts, B const& w) {
    return {{{}, parts.first.alpha, parts.first.floor}, scale_of(parts.rest, w)};
}
template <class P, class... Scale, class B>
    requires requires(P const& p, list<Scale...> const& s, B const& w) { lines_of(parts_of(p), w.transposed()), scale_of(s, w); }
auto lines_of(list<transposed_part<P>, Scale...> const& parts, B const& w) {
    const auto inner = lines_of(parts_of(parts.first.inner), w.transposed());
    return unit_lines<decltype(inner.rows), !inner.by_columns>{inner.rows, inner.scale * scale_of(parts.rest, w)};
}

}  // namespace detail

template <class T, class F>
bool fused_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g,
                blocks<T> const& w, detail::step_size<double> const& size) {
    const auto [rate, keep, clip] = size.at_start();
    if (clip < 1e-30) return false;  // times t it may be below T's range
    return fused_rows(device, k, T(t * clip), f, m, g, w, rate, keep);
}

/// w <- keep w - rate rule(clip g), or false and nothing done.
template <device D, class Average, class... P, class State, class T, class S>
    requires requires(Average const& a, detail::list<P...> const& p, blocks<T, S> const& w) { detail::fresh_weight(a), lines_of(p, w); }
bool fused_update(D& d, pipe<Average, P...> const& rule, State& state, typename D::template number<index_t>, blocks<T const, S> const& g,
                  blocks<T, S> const& w, detail::step_size_on<D> size) {
    using U = compute<T>;
    auto const& average = rule.parts.first;
    const auto lines = lines_of(rule.parts.rest, w);
    if (average.nesterov || !detail::fuses(lines.rows)) return false;
    const U k = U(average.beta), t = U(detail::fresh_weight(average));
    const detail::factor_of_row<decltype(lines.rows)> factor{lines.rows};
    size.scale *= lines.scale;
    const auto m = lines.turned(state.all.first.buffer.all());
    const auto fresh = lines.turned(g);
    const auto x = lines.turned(w);
    if constexpr (requires { fused_rows(d, k, t, factor, m, fresh, x, size); })
        return fused_rows(d, k, t, factor, m, fresh, x, size);
    else
        return false;
}

/// By columns what is known by rows.
template <device D, class P, class State, class T, class S>
bool fused_update(D& d, transposed_part<P> const& rule, State& state, typename D::template number<index_t> step, blocks<T const, S> const& g,
                  blocks<T, S> const& w, detail::step_size_on<D> const& size) {
    if constexpr (requires { fused_update(d, rule.inner, state, step, g.transposed(), w.transposed(), size); })
        return fused_update(d, rule.inner, state, step, g.transposed(), w.transposed(), size);
    else
        return false;
}

}  // namespace isotypic
