// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/cost_gauge.hpp>
#include <isotypic/loss/decision/decision_criterion.hpp>
#include <isotypic/loss/decision/unit_costs.hpp>

/// \file
/// Maps of costs that come before a loss of predictions x and true costs c, and are applied to both:
///
///     unit_costs{}          x -> sqrt(d) x / |x|         mean square 1                       degree 0 in x
///     gauge_fixed{gauge}    x -> x - Q'Q x               onto the complement of a gauge      blind to it
///     jointly_scaled{}      x -> sqrt(d) x / |c|         predictions stay on one scale       degree 0 in (x, c)
///     a | b                 first a, then b
///     a | l                 the loss l of mapped predictions and costs
///
/// Costs that are all zero stay so, with derivative 0; so do those a gauge takes off but for rounding. A loss behind a map sees mapped
/// costs, and the optimum of those.
///
/// A map of one's own has `name` and, for any x of d numbers, in place too (c: true costs, w: scratch memory),
///
///     void forward(c, x, y, w) const;    void jvp(c, x, v, out, w) const;    void vjp(c, x, g, out, w) const;
///     static constexpr bool keeps_known    // does it leave apart what is predicted and what is known? see known_costs.hpp
///
/// Derived here; whether arXiv 2605.18005 normalises predictions, costs or both is not known.
namespace isotypic {

/// See the file's comment.
template <class M>
concept cost_map = requires(M const& m, std::span<double const> c, std::span<double> y, workspace& w) {
    { M::keeps_known } -> std::convertible_to<bool>;
    detail::name_of(m);
    m.forward(c, c, y, w);
    m.jvp(c, c, c, y, w);
    m.vjp(c, c, c, y, w);
};

namespace detail {

template <cost_map A, cost_map B>
struct piped_costs {
    A first;
    B second;

    using costs = std::span<double const>;
    static constexpr bool keeps_known = A::keeps_known && B::keeps_known;
    std::string called() const { return name_of(second) + " of " + name_of(first); }
    void require(cost_instances const& data) const { detail::require(first, data), detail::require(second, data); }
    void require_known(std::span<index_t const> known) const { detail::require_known(first, known), detail::require_known(second, known); }

    void forward(costs c, costs x, std::span<double> y, workspace& w) const {
        auto scope = w.open();
        const auto mapped = moved(c, c, w);
        first.forward(c, x, y, w), second.forward(mapped, y, y, w);
    }
    void jvp(costs c, costs x, costs v, std::span<double> out, workspace& w) const {
        auto scope = w.open();
        const auto mapped = moved(c, c, w), between = moved(c, x, w);
        first.jvp(c, x, v, out, w), second.jvp(mapped, between, out, out, w);
    }
    void vjp(costs c, costs x, costs g, std::span<double> out, workspace& w) const {
        auto scope = w.open();
        const auto mapped = moved(c, c, w), between = moved(c, x, w);
        second.vjp(mapped, between, g, out, w), first.vjp(c, x, out, out, w);
    }

private:
    std::span<double> moved(costs c, costs x, workspace& w) const {
        const auto y = take_costs(w, x.size());
        first.forward(c, x, y, w);
        return y;
    }
};

template <cost_map M, decision_loss L>
struct mapped_costs {
    M map;
    L loss;

    static constexpr bool of_decisions = asks_decisions<L>, of_sensitivities = asks_sensitivities<L>, one_thread = on_one_thread<L>;
    static constexpr bool keeps_known = M::keeps_known && detail::keeps_known<L>;
    std::string called() const { return name_of(loss) + " of " + name_of(map); }
    void require() const { detail::require(map), detail::require(loss); }
    void require(cost_instances const& data) const { detail::require(map, data), detail::require(loss, data); }
    void require_known(std::span<index_t const> known) const { detail::require_known(map, known), detail::require_known(loss, known); }

    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace& w) {
        auto scope = w.open();
        const auto c = take_costs(w, x.size()), y = take_costs(w, x.size());
        map.forward(row.cost, row.cost, c, w), map.forward(row.cost, x, y, w);
        decision_row mapped = row;
        mapped.cost = c;
        if (!row.decision.empty()) mapped.optimum = dot(c, row.decision);
        const double value = loss.pull(mapped, y, g, w);
        if (!g.empty()) map.vjp(row.cost, x, g, g, w);
        return value;
    }
};

}  // namespace detail

template <cost_map A, cost_map B>
auto operator|(A first, B second) {
    return detail::piped_costs<A, B>{std::move(first), std::move(second)};
}
template <cost_map M, decision_loss L>
auto operator|(M map, L loss) {
    return detail::mapped_costs<M, L>{std::move(map), std::move(loss)};
}

}  // namespace isotypic
