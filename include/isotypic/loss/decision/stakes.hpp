// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/cost_map.hpp>

/// \file
/// Weights of instances, of what is at stake in each:
///
///     stakes_of(data) * l              l_i (|z*_i| / mean |z*|)^power,   z*_i = c_i'x*_i the optimum
///
///     decision_criterion loss(stakes_of(data) * (unit_costs{} | one_sided{}));      // the recommended default
///
/// A loss behind `unit_costs` is blind to the scale of an instance, and so counts all alike; regret is not: regret(chat, k c) = k
/// regret(chat, c). Power 1 gives it the degree of the regret, 0 leaves the loss as it is; the default, 1/2, lies between a large
/// instance's share of the regret and its share of the noise. Instances of optimum 0 count nothing but with power 0. One solve an
/// instance, as `one_sided` takes; `l * local_costs{}` adds sensitivities where there are some.
///
/// Stakes favour the sum of regrets over the sum of optima, `regrets::normalised`; where each instance counts by its own regret / optimum,
/// `mean_ratio`, the loss without them is better the further off the predictor is (both tables of examples/decision_focused).
///
/// Stakes stand before a whole loss: behind a map the optimum would be that of mapped costs.
///
/// Derived here; no formula of arXiv 2605.18005.
namespace isotypic {

struct stakes {
    double power = 0.5, mean = 1;

    static constexpr char const* name = "stakes";
    void require() const {
        detail::require_that(power >= 0 && std::isfinite(power), name, "power", power, "0 or more");
        detail::require_that(mean > 0 && std::isfinite(mean), name, "mean", mean, "above 0");
    }
    double weight(double optimum) const { return std::pow(std::fabs(optimum) / mean, power); }
};

/// Over the optima of these instances.
inline stakes stakes_of(cost_instances const& data, double power = 0.5) {
    if (!data.decided() || !data.size()) throw error("isotypic: stakes: they are of the optima: give the instances a solver, or decisions");
    double sum = 0;
    for (index_t i = 0; i < data.size(); ++i) sum += std::fabs(data.optimum(i));
    return {power, sum / double(data.size())};
}

namespace detail {

template <decision_loss L>
struct staked_loss {
    stakes of;
    L loss;

    static constexpr bool of_decisions = true, of_sensitivities = asks_sensitivities<L>, one_thread = on_one_thread<L>, keeps_known = detail::keeps_known<L>;
    std::string called() const { return name_of(loss) + " by stakes"; }
    void require() const { of.require(), detail::require(loss); }
    void require(cost_instances const& data) const { detail::require(loss, data); }
    void require_known(std::span<index_t const> known) const { detail::require_known(loss, known); }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace& w) {
        const double stake = of.weight(row.optimum), value = loss.pull(row, x, g, w);
        for (double& slope : g) slope *= stake;
        return stake * value;
    }
};

}  // namespace detail

template <decision_loss L>
auto operator*(stakes const& of, L loss) {
    return detail::staked_loss<L>{of, std::move(loss)};
}
template <cost_map M>
auto operator*(stakes const&, M const&) {
    static_assert(detail::always_false<M>, "stakes stand before a whole loss: stakes_of(data) * (map | loss)");
}
template <cost_map M, class L>
auto operator|(M const&, detail::staked_loss<L> const&) {
    static_assert(detail::always_false<M, L>, "stakes stand before a whole loss: stakes_of(data) * (map | loss)");
}

}  // namespace isotypic
