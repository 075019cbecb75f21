// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/action.hpp>
#include <isotypic/check/defect.hpp>
#include <isotypic/check/replay.hpp>
#include <isotypic/update/apply.hpp>

/// \file
/// Does training commute with a symmetry? From equivariance at every step it follows by induction that
///
///     W_0 -> rho(g) W_0    gives    W_t -> rho(g) W_t    for all t,
///
/// with any rate and with a decay that commutes. Gradients are those of losses that the group moves along,
/// l_t(W) = <A_t, W> + 1/20 |PW|^2, P the projection off the block's shifts, plus vertical noise.
namespace isotypic {

namespace detail {

struct rate_and_decay {
    double rate;
    weight_decay decay;
};
template <block_symmetry G, scalar T, device D, part P>
struct weights_run final : block_under_rule {
    rule_on<T, D, P> own;
    rate_and_decay at;

    weights_run(P const& rule, specimen const& like, rate_and_decay const& o) : own(rule, like), at(o) {}
    specimen step(specimen const& weight, specimen const& gradient) override {
        using in = blocks<T const, typename D::space>;
        D& on = own.on;
        auto w = copy_as<T>(on, weight), g = copy_as<T>(on, gradient);
        auto now = on.open_step();
        apply_update<G>(on, own.rule, own.state, on.count_step(++own.t), in(g.all()), w.all(), on.keep(0, at.rate), at.decay);
        now.close();
        return copy_back(on, in(w.all()));
    }
};

}  // namespace detail

/// The weights W_1, W_2, ... of a rule on a block of symmetry G, from `apply_update`.
template <block_symmetry G, scalar T, device D = cpu, part P>
replay weights_of(P const& rule, double rate, weight_decay decay = {}) {
    detail::require_device<P, D>();
    return detail::replay_of<detail::weights_run<G, T, D, P>>(rule, detail::rate_and_decay{rate, decay});
}

/// |W_t(rho(g) W_0) - rho(g) W_t(W_0)| / |W_t|; a shift of W_0 stays the same shift for all t.
inline defect trajectory_error(replay const& rule, block_action const& action, index_t rows, index_t cols, check_options const& o = {}) {
    random_stream random(o.seed);
    const specimen like(rows, cols, o.count, o.joined);
    auto shift = [&](specimen const& x) { return shifted(x, action.row_shift, action.col_shift, random); };
    auto plus = [](specimen x, double s, specimen const& y) {
        for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] += s * y.values[i];
        return x;
    };
    auto gradient = [&](specimen const& a, specimen const& w) { return plus(a, 0.1, horizontal(w, action.row_shift, action.col_shift)); };

    defect worst{0, 0, o.seed};
    for (index_t k = 0; k < o.draws; ++k) {
        const group_element move(action, like, random);
        const specimen offset = shift(like);
        specimen weight = draw(like, 1, random)[0], moved_weight = plus(move(weight), 1, offset);
        const run plain = rule(like), moved = rule(like);
        index_t t = 0;
        for (specimen const& a : draw(like, o.steps, random)) {
            weight = plain(weight, gradient(a, weight));
            moved_weight = moved(moved_weight, gradient(shift(move(a)), moved_weight));
            worst.see(distance(moved_weight, plus(move(weight), 1, offset)), ++t);
        }
    }
    return worst;
}

/// The same for a rule on a block of symmetry G, with the rate and decay of `apply_update`.
template <block_symmetry G, scalar T = double, device D = cpu, part P>
defect trajectory_error(P const& rule, index_t rows, index_t cols, double rate, weight_decay decay = {}, check_options const& o = {}) {
    return trajectory_error(weights_of<G, T, D>(rule, rate, decay), action_of<G>(), rows, cols, o);
}

}  // namespace isotypic
