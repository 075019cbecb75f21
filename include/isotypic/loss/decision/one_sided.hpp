// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/decision_criterion.hpp>

/// \file
/// Losses of predicted costs component by component, of the error chat_j - c_j and of where the best decision x*_j stands:
///
///     squared_costs                     sum_j (chat_j - c_j)^2            zero solves
///     one_sided{.leak, .power}          sum_j phi(e_j)                    one solve an instance
///
///     phi(e) = relu(e)^p + leak relu(-e)^p,    e_j = s_j (chat_j - c_j),    s_j = 1 for a variable at its upper bound ("chosen"),
///                                                                           -1 at its lower one, both signs turned to maximise
///
/// e_j is the harmful error: positive where what is chosen looks too dear, or what is not, too cheap. A variable between its bounds, as a basic
/// one of a linear program, is harmed both ways: phi(e) + phi(-e) without leak. A fixed one is harmed by no error. Where no error is harmful,
/// x* stays best; and the regret is at most sum_j (upper_j - lower_j) relu(e_j), twice of which majorises SPO+: for 0 or 1, sum_j relu(e_j).
/// leak = 0 has minimisers that are no predictions of c; leak = 1 is symmetric. Power 1 has slope 0 at e = 0.
///
/// Errors are not weighted by the ranges: that is a choice of ours, as ranges may be infinite, and `unit_costs` would have to weigh alike.
/// Where they differ, pose the problem in variables between 0 and 1: costs times the range, which the solver divides by it again.
///
/// Derived here. The paper that these answer to, arXiv 2605.18005, names parts, not formulas; none of these is its.
///
/// A loss of one's own has `name`, `of_decisions` and
///
///     loss_curve at(double side, double error) const     // f, f', f'' in the error chat_j - c_j; side: s_j, 0 between the bounds
///
/// and may be weighted and mapped as these: detail::sum_costs is its `pull`.
namespace isotypic {

/// See the file's comment.
template <class L>
concept cost_loss = decision_loss<L> && requires(L const& l, double v) {
    { L::of_decisions } -> std::convertible_to<bool>;
    { l.at(v, v) } -> std::convertible_to<loss_curve>;
};

namespace detail {

/// sum_j weight(j) f(chat_j - c_j), and its gradient if there is room for one.
template <class L, class W>
double sum_costs(L const& l, decision_row const& row, std::span<double const> x, std::span<double> g, W const& weight) {
    double total = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double error = x[j] - row.cost[j];
        double s = 1;
        if constexpr (L::of_decisions) {
            s = sign_of(row.to) * side(row, j);
            if (is_fixed(row, j)) s = error > 0 ? -1 : 1;
        }
        const loss_curve f = l.at(s, error);
        const double w = weight(j);
        total += w * f.value;
        if (!g.empty()) g[j] = w * f.slope;
    }
    return total;
}
template <class L>
double sum_costs(L const& l, decision_row const& row, std::span<double const> x, std::span<double> g) {
    return sum_costs(l, row, x, g, [](std::size_t) { return 1.0; });
}

}  // namespace detail

/// See the file's comment.
struct squared_costs {
    static constexpr char const* name = "squared cost error";
    static constexpr bool of_decisions = false;
    loss_curve at(double, double error) const { return {error * error, 2 * error, 2}; }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace&) const { return detail::sum_costs(*this, row, x, g); }
};

/// See the file's comment.
struct one_sided {
    double leak = 0, power = 2;

    static constexpr char const* name = "one-sided cost loss";
    static constexpr bool of_decisions = true;
    void require() const {
        detail::require_that(leak >= 0 && std::isfinite(leak), name, "leak", leak, "0 or more");
        detail::require_that(power >= 1 && std::isfinite(power), name, "power", power, "1 or more");
    }
    loss_curve at(double s, double error) const {
        const double e = s != 0 ? s * error : std::fabs(error), size = std::fabs(e), share = e > 0 ? 1 : leak;
        const double sign = error > 0 ? 1 : error < 0 ? -1 : 0;
        if (power == 2) return {share * size * size, 2 * share * error, 2 * share};
        if (power == 1) return {share * size, share * sign, 0};
        return {share * std::pow(size, power), share * power * std::pow(size, power - 1) * sign, share * power * (power - 1) * std::pow(size, power - 2)};
    }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace&) const { return detail::sum_costs(*this, row, x, g); }
};

}  // namespace isotypic
