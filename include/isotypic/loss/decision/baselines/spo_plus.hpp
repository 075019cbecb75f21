// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>

/// \file
/// SPO+, a convex bound of the regret. To minimise, with x = x*(2 chat - c):
///
///     2 chat'x* - c'x* - (2 chat - c)'x        gradient 2 (x* - x)
///
/// and both negated to maximise. One solve a row.
///
/// Source: Elmachtoub, Grigas, Management Science 68 (2022); as in PyEPO (khalil-research/PyEPO, func/surrogate.py, SPOPlus).
namespace isotypic {

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class spo_plus : public detail::baseline<spo_plus<S>> {
public:
    static constexpr char const* name = "SPO+";
    static constexpr bool of_decisions = true;
    S& problem;

    explicit spo_plus(S& s, sense direction = sense::minimise) : detail::baseline<spo_plus>(direction), problem(s) {}

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const auto q = detail::take_costs(w, prediction.size()), x = detail::take_costs(w, prediction.size());
        for (std::size_t j = 0; j < q.size(); ++j) q[j] = 2 * prediction[j] - row.cost[j];
        this->decide(problem, q, x, w);
        double v = 0;
        for (std::size_t j = 0; j < q.size(); ++j) v += q[j] * (row.decision[j] - x[j]);
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = 2 * this->sign * (row.decision[j] - x[j]);
        return this->sign * v;
    }
};

}  // namespace isotypic
