// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/known_costs.hpp>

/// \file
/// What costs of a decision problem are up to, and the map that forgets it:
///
///     group G                    moves costs so                        cost_map_for<G>
///     cost_scaling               c -> k c, k > 0                       unit_costs
///     cost_gauge                 c -> c + A'lambda                     gauge_fixed
///     cost_gauge_and_scaling     both                                  gauge_fixed | unit_costs
///
///     decision_criterion loss(blind_to(cost_gauge_and_scaling{gauge}) | one_sided{});
///
/// The decision of moved costs is that of the costs, and regret as a function of predictions does not move either: a loss of predictions
/// should not. Derived here.
namespace isotypic {

/// See the file's comment. `move` applies an element drawn at random, as every cost group's does.
struct cost_scaling {
    void move(random_stream& random, std::span<double> c) const {
        const double by = std::exp(random.normal());
        for (double& v : c) v *= by;
    }
};
struct cost_gauge_and_scaling {
    cost_gauge gauge;
    void move(random_stream& random, std::span<double> c) const { gauge.move(random, c), cost_scaling{}.move(random, c); }
};

/// Anything with `move`.
template <class G>
concept cost_group = requires(G const& g, random_stream& random, std::span<double> c) { g.move(random, c); };

inline unit_costs blind_to(cost_scaling const&) { return {}; }
inline gauge_fixed blind_to(cost_gauge const& g) { return {g}; }
inline auto blind_to(cost_gauge_and_scaling const& g) { return gauge_fixed{g.gauge} | unit_costs{}; }

/// See the file's comment.
template <cost_group G>
using cost_map_for = decltype(blind_to(std::declval<G const&>()));

}  // namespace isotypic
