// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>

/// \file
/// Back through a solver as if it were the negative identity (NID). The value is that of black_box_differentiation.hpp; the gradient that is written is
/// not its own, but -dx to minimise and dx to maximise for its slope dx in the decision: -c either way. One solve a row; no decisions of
/// the instances are needed.
///
/// Source: Sahoo et al., ICLR 2023, arXiv 2205.15213; as in PyEPO (func/blackbox.py, negativeIdentity) under the regret.
namespace isotypic {

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class negative_identity : public detail::baseline<negative_identity<S>> {
public:
    static constexpr char const* name = "negative identity";
    static constexpr bool of_decisions = false;
    S& problem;

    explicit negative_identity(S& s, sense direction = sense::minimise) : detail::baseline<negative_identity>(direction), problem(s) {}

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const auto x = detail::take_costs(w, prediction.size());
        this->decide(problem, prediction, x, w);
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = -row.cost[j];
        return this->sign * detail::dot(row.cost, x);
    }
};

}  // namespace isotypic
