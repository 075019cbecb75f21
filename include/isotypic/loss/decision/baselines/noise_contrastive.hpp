// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/baselines/contrastive.hpp>

/// \file
/// Noise contrastive estimation (NCE) over a pool of decisions:
///
///     noise_contrastive loss(solver, sense::minimise, {.solve_ratio = 0.05});
///     loss.pool.add(data);
///
///     chat'(x* - mean of the pool)        gradient x* - mean of the pool;   both negated to maximise
///
/// Linear in chat, and not bounded. One solve a row in calls that solve, none in others.
///
/// Source: Mulamba et al., IJCAI 2021, arXiv 2011.05354; as in PyEPO (func/contrastive.py, noiseContrastiveEstimation), whose pool is that
/// of the training instances to begin with; .of_errors is NCE_c of PredOpt/predopt-benchmarks (CacheLosses.py).
namespace isotypic {

/// See the file's comment; calls are those of baseline.hpp.
template <solver S>
class noise_contrastive : public detail::contrastive<noise_contrastive<S>, S> {
public:
    static constexpr char const* name = "noise contrastive loss";

    explicit noise_contrastive(S& s, sense direction = sense::minimise, contrastive_settings const& with = {})
        : detail::contrastive<noise_contrastive, S>(s, direction, with) {}

    double compare(std::span<double const> costs, decision_row const& row, std::span<double> gradient) {
        double v = 0;
        for (std::size_t j = 0; j < costs.size(); ++j) {
            const double apart = this->sign * (row.decision[j] - this->pool.sum()[j] / double(this->pool.size()));
            v += costs[j] * apart;
            if (!gradient.empty()) gradient[j] = apart;
        }
        return v;
    }
};

}  // namespace isotypic
