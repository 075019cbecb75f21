// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/contrastive.hpp>

/// \file
/// Contrastive maximum a posteriori (MAP, CMAP) over a pool of decisions, used as noise_contrastive.hpp:
///
///     chat'(x* - x)        gradient x* - x,   x the pool's best for chat, the oldest of equals;   both negated to maximise
///
/// Convex for a pool that does not change, and 0 or more where x* is in it. One solve a row in calls that solve, none in others.
///
/// Source: Mulamba et al., IJCAI 2021, arXiv 2011.05354; as in PyEPO (func/contrastive.py, contrastiveMAP); .of_errors is MAP_c of
/// PredOpt/predopt-benchmarks (CacheLosses.py).
namespace isotypic {

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class map_estimate : public detail::contrastive<map_estimate<S>, S> {
public:
    static constexpr char const* name = "MAP estimate";

    explicit map_estimate(S& s, sense direction = sense::minimise, contrastive_settings const& with = {})
        : detail::contrastive<map_estimate, S>(s, direction, with) {}

    double compare(std::span<double const> costs, decision_row const& row, std::span<double> gradient) {
        index_t best = 0;
        double v = 0;
        for (index_t k = 0; k < this->pool.size(); ++k) {
            const auto x = this->pool.decision(k);
            double gain = 0;
            for (std::size_t j = 0; j < costs.size(); ++j) gain += this->sign * costs[j] * (row.decision[j] - x[j]);
            if (k == 0 || gain > v) v = gain, best = k;
        }
        for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = this->sign * (row.decision[j] - this->pool.decision(best)[j]);
        return v;
    }
};

}  // namespace isotypic
