// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/baseline.hpp>

/// \file
/// Differentiation of a black-box solver (DBB). The value is the true cost of the decision, c'x*(chat), negated to maximise: the regret but
/// for a constant. It is constant almost everywhere, and the gradient that is written is not its own but that of an interpolation:
///
///     (x*(chat + lambda c) - x*(chat)) / lambda      negated to maximise: the rule for -chat
///
/// One solve a row for the value, two for the gradient; no decisions of the instances are needed.
///
/// Source: Vlastelica et al., ICLR 2020, arXiv 1912.02175; equal to PyEPO 2.2.7's blackboxOpt under the regret; up to 2.2.0
/// PyEPO compared with a worse decision where it maximised.
namespace isotypic {

struct black_box_settings {
    double lambda = 10;
};

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class black_box_differentiation : public detail::baseline<black_box_differentiation<S>> {
public:
    static constexpr char const* name = "black box";
    static constexpr bool of_decisions = false;
    S& problem;

    explicit black_box_differentiation(S& s, sense direction = sense::minimise, black_box_settings const& with = {})
        : detail::baseline<black_box_differentiation>(direction), problem(s), settings(with) {
        detail::require_that(with.lambda > 0 && std::isfinite(with.lambda), name, "lambda", with.lambda, "above 0");
    }

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const auto x = detail::take_costs(w, prediction.size());
        this->decide(problem, prediction, x, w);
        if (!gradient.empty()) {
            const auto q = detail::take_costs(w, prediction.size()), moved = detail::take_costs(w, prediction.size());
            for (std::size_t j = 0; j < q.size(); ++j) q[j] = prediction[j] + settings.lambda * row.cost[j];
            this->decide(problem, q, moved, w);
            for (std::size_t j = 0; j < q.size(); ++j) gradient[j] = this->sign * (moved[j] - x[j]) / settings.lambda;
        }
        return this->sign * detail::dot(row.cost, x);
    }

private:
    black_box_settings settings;
};

}  // namespace isotypic
