// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

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

/// One step of `rule` on w with gradient g, `step` counted from 1. Shapes and overlap are the caller's to
/// check. A device may offer `fused_update(device, rule, state, step, g, w, rate, keep)` for a rule it knows in
/// one pass: w <- keep w - rate rule(g); one that takes `horizontal` behind keep also adds (1 - keep) times w's mean row.
template <block_symmetry G, device D, part P, class State, class T, class S>
void apply_update(D& d, P const& rule, State& state, index_t step, blocks<T const, S> g, blocks<T, S> w, double rate, weight_decay decay) {
    constexpr bool shifts = G::row_shift || G::col_shift;
    const bool horizontal = shifts && decay.rate != 0 && !decay.fix_gauge;
    if constexpr (G::row_shift && requires { fused_update(d, rule, state, step, g, w, rate, rate, true); }) {
        if (fused_update(d, rule, state, step, g, w, rate, 1 - rate * decay.rate, horizontal)) return;
    } else if constexpr (requires { fused_update(d, rule, state, step, g, w, rate, rate); })
        if (!horizontal && fused_update(d, rule, state, step, g, w, rate, 1 - rate * decay.rate)) return;
    auto scope = d.scratch().open();
    blocks<T, S> y = dense_like(d.scratch().template take<T>(w.size()), w);
    const blocks<T const, S> u = rule.apply(context<D, T>{d, step, w, g}, g, y, state);
    const T r = T(rate), keep = T(1 - rate * decay.rate);
    if constexpr (shifts) {
        auto across = [](auto const& x) { return G::row_shift ? x.transposed() : x; };
        double* mean = d.scratch().template take<double>(row_count(across(w)));  // also without decay: a later step may have one
        if (horizontal) {
            mean_row(d, across(w).transposed(), mean);
            transform_rows(d, [=, s = rate * decay.rate](double c, T const& a, T& b) { b = keep * b + T(s * c) - r * a; }, mean, across(u), across(w));
            return;
        }
    }
    transform(d, [=](T const& a, T& b) { b = keep * b - r * a; }, u, w);
}

}  // namespace isotypic
