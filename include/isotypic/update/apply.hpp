// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/fused_adam.hpp>
#include <isotypic/update/fused_centred.hpp>
#include <isotypic/update/fused_row_adam.hpp>
#include <isotypic/update/fused_rows.hpp>
#include <isotypic/update/fused_signs.hpp>

/// \file
/// The end of every step: the update and the decay meet the weight.
///
///     W <- W - rate U - rate decay W              decoupled decay (Loshchilov and Hutter 2019)
///     W <- W - rate U - rate decay (I - 11'/m) W  on a block known up to a shared row: horizontal decay
///
/// Ordinary decay of such a block depends on the shared row, which nothing else sees; horizontal decay
/// (derived) commutes with W -> W + 1 c'. `fix_gauge` asks for the ordinary one, which pulls the shared row
/// to zero.
namespace isotypic {

/// Decoupled weight decay: a share of the weight a step, times the rate.
struct weight_decay {
    double rate = 0;
    bool fix_gauge = false;  ///< also decay the shared row or column
};

namespace detail {

/// w = keep w - rate u with keep = 1 - rate decay, and with the mean of w in front, plus (1 - keep) mean.
template <class U>
struct move_weight {
    U rate, keep;
    double share;
    template <class W>
    constexpr void operator()(U const& u, W& w) const {
        w = W(keep * U(w) - rate * u);
    }
    template <class W>
    constexpr void operator()(double mean, U const& u, W& w) const {
        w = W(keep * U(w) + U(share * mean) - rate * u);
    }
};

template <class U, class Rate>
struct move_at {
    Rate rate;
    double decay;
    constexpr move_weight<U> at_start() const {
        const double r = double(rate);
        return {U(r), U(1 - r * decay), r * decay};
    }
};

}  // namespace detail

/// One step of `rule` on w with gradient g, `step` counted from 1. Shapes and overlap are the caller's to
/// check. A device may offer `fused_update(device, rule, state, step, g, w, size)` for a rule it knows in
/// one pass: w <- (1 - rate decay) w - rate rule(clip g); one that takes `horizontal` too also adds rate decay times w's mean row.
template <block_symmetry G, device D, part P, class State, class T, class S>
void apply_update(D& d, P const& rule, State& state, typename D::template number<index_t> step, blocks<T const, S> g, blocks<T, S> w,
                  typename D::template number<double> rate, weight_decay decay,
                  detail::gradient_factor<typename D::template number<double>> clip = {}) {
    constexpr bool shifts = G::row_shift || G::col_shift;
    const bool horizontal = shifts && decay.rate != 0 && !decay.fix_gauge;
    const detail::step_size_on<D> size{rate, 1, decay.rate, clip};
    if constexpr (G::row_shift && requires { fused_update(d, rule, state, step, g, w, size, true); }) {
        if (fused_update(d, rule, state, step, g, w, size, horizontal)) return;
    } else if constexpr (requires { fused_update(d, rule, state, step, g, w, size); })
        if (!horizontal && fused_update(d, rule, state, step, g, w, size)) return;
    auto scope = d.scratch().open();
    using U = compute<T>;
    auto copied = [&](auto const& f, blocks<T const, S> x) {
        const blocks<U, S> y = dense_like(d.scratch().template take<U>(x.size()), x);
        transform(d, f, x, y);
        return blocks<U const, S>(y);
    };
    auto computed = [&](blocks<T const, S> x) {
        if constexpr (std::is_same_v<T, U>)
            return x;
        else
            return copied(detail::assign{}, x);
    };
    const blocks<U const, S> from = clip.given ? copied(detail::times_number<decltype(rate)>{clip.value}, g) : computed(g);
    const blocks<U, S> y = dense_like(d.scratch().template take<U>(w.size()), w);
    const blocks<U const, S> now = std::is_same_v<T, U> || detail::weight_read<P>() ? computed(w) : blocks<U const, S>(y);
    const blocks<U const, S> u = rule.apply(context<D, U>{d, step, now, from}, from, y, state);
    const detail::move_at<U, decltype(rate)> move{rate, decay.rate};
    if constexpr (shifts) {
        auto across = [](auto const& x) { return G::row_shift ? x.transposed() : x; };
        double* mean = d.scratch().template take<double>(row_count(across(w)));  // also without decay: a later step may have one
        if (horizontal) {
            mean_row(d, across(w).transposed(), mean);
            transform_rows(d, move, mean, across(u), across(w));
            return;
        }
    }
    transform(d, move, u, w);
}

}  // namespace isotypic
