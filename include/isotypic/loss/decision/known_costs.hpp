// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/cost_map.hpp>

/// \file
/// A loss where some costs are known and not predicted:
///
///     decision_criterion loss(with_known(jointly_scaled{} | one_sided{}, known));       // known: indices, {0, 5} or a vector; copied
///
/// What is predicted there may be any finite number: the true cost stands for it, and the gradient is 0. Only these losses do so: give `regret`
/// and the losses of others predictions with the known costs filled in.
///
/// Known costs fix the scale of the others, so a prediction times 2 is another decision: a map that divides predictions by a norm of their
/// own is refused, when compiled. Raw costs or `jointly_scaled` take its place. A gauge has to leave known costs alone,
/// `cost_gauge::equalities(a, known)`. Derived here.
namespace isotypic {

/// See the file's comment.
template <class L>
class with_known {
    static_assert(detail::keeps_known<L>,
                  "known costs fix the scale that unit costs forget: take raw costs, or jointly_scaled{} in place of unit_costs{}");

public:
    static constexpr bool of_decisions = detail::asks_decisions<L>, of_sensitivities = detail::asks_sensitivities<L>, one_thread = detail::on_one_thread<L>;

    with_known(L l, index_list indices) : loss(std::move(l)) {
        const std::span<index_t const> all = indices;
        known.assign(all.begin(), all.end());
    }

    std::string called() const { return detail::name_of(loss) + " with known costs"; }
    void require() const { detail::require(loss); }
    void require(cost_instances const& data) const {
        for (index_t k : known)
            if (k < 0 || k >= data.dimension())
                throw error("isotypic: " + called() + ": known cost " + std::to_string(k) + " of " + std::to_string(data.dimension()));
        detail::require(loss, data), require_known(known);
    }
    void require_known(std::span<index_t const> indices) const { detail::require_known(loss, indices); }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace& w) {
        auto scope = w.open();
        const auto y = detail::take_costs(w, x.size());
        std::copy(x.begin(), x.end(), y.begin());
        for (index_t k : known) y[std::size_t(k)] = row.cost[std::size_t(k)];
        const double value = loss.pull(row, y, g, w);
        for (index_t k : known)
            if (!g.empty()) g[std::size_t(k)] = 0;
        return value;
    }

private:
    L loss;
    std::vector<index_t> known;
};

template <cost_map M, class L>
auto operator|(M const&, with_known<L> const&) {
    static_assert(detail::always_false<M, L>, "with_known stands before a whole loss: with_known(map | loss, known)");
}

}  // namespace isotypic
