// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/action.hpp>
#include <isotypic/check/defect.hpp>
#include <isotypic/check/replay.hpp>

/// \file
/// Does a rule commute with a symmetry? Random weights and gradients, a random element, several steps:
///
///     U_t(rho(g) W, rho(g) G_1, ..., rho(g) G_t) = rho(g) U_t(W, G_1, ..., G_t)        equivariance
///     U_t(W + 1 c', G_1 + 1 c_1', ...) = U_t(W, G_1, ...),  1' U_t = 0                 blind, horizontal
///
///     equivariance_error<embedding>(momentum{} | row_norm{}, 8, 5).error               about 1e-16
///
/// The group acts in double, whatever the rule computes in. Of a continuous group one generic draw decides for
/// rules that are piecewise analytic (with probability one); of a finite group several elements are drawn, since
/// one may leave alone what is wrong. A rule that looks for special input escapes.
namespace isotypic {

/// |U(rho(g) M) - rho(g) U(M)| / |U|, the worst over items and steps; inputs are shifted where the action
/// says so, and the items of a batch permuted.
inline defect equivariance_error(replay const& rule, block_action const& action, index_t rows, index_t cols, check_options const& o = {}) {
    random_stream random(o.seed);
    const specimen like(rows, cols, o.count, o.joined);
    auto shift = [&](specimen const& x) { return shifted(x, action.row_shift, action.col_shift, random); };
    defect worst{0, 0, o.seed};
    for (index_t k = 0; k < o.draws; ++k) {
        const specimen weight = draw(like, 1, random)[0];
        const group_element move(action, like, random);
        const specimen moved_weight = shift(move(weight));
        const run plain = rule(like), moved = rule(like);
        index_t t = 0;
        for (specimen const& g : draw(like, o.steps, random))
            worst.see(distance(moved(moved_weight, shift(move(g))), move(plain(weight, g))), ++t);
    }
    return worst;
}

/// The share of the updates that lies along the shifts, |U - (I - 11'/m) U| / |U|.
inline defect horizontality_error(replay const& rule, block_action const& action, index_t rows, index_t cols, check_options const& o = {}) {
    random_stream random(o.seed);
    const specimen like(rows, cols, o.count, o.joined);
    const specimen weight = draw(like, 1, random)[0];

    defect worst{0, 0, o.seed};
    const run plain = rule(like);
    index_t t = 0;
    for (specimen const& g : draw(like, o.steps, random)) {
        const specimen u = plain(weight, shifted(g, action.row_shift, action.col_shift, random));
        worst.see(relative(difference(u, horizontal(u, action.row_shift, action.col_shift)), item_norms(u, u)), ++t);
    }
    return worst;
}

/// The same for a rule computed in T and a symmetry by its name.
template <block_symmetry G, scalar T = double, device D = cpu, part P>
defect equivariance_error(P const& rule, index_t rows, index_t cols, check_options const& o = {}) {
    return equivariance_error(updates_of<T, D>(rule), action_of<G>(), rows, cols, o);
}
template <block_symmetry G, scalar T = double, device D = cpu, part P>
defect horizontality_error(P const& rule, index_t rows, index_t cols, check_options const& o = {}) {
    return horizontality_error(updates_of<T, D>(rule), action_of<G>(), rows, cols, o);
}

}  // namespace isotypic
