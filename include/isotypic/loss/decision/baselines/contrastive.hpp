// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <isotypic/loss/decision/baselines/baseline.hpp>
#include <isotypic/loss/decision/baselines/decision_pool.hpp>

/// \file
/// What noise_contrastive.hpp and map_estimate.hpp share: a pool of decisions, and when it grows.
namespace isotypic {

struct contrastive_settings {
    double solve_ratio = 1;  ///< the probability that a call first solves for its predictions and adds their decisions to the pool
    bool of_errors = false;  ///< chat - c in the place of chat
    std::uint64_t seed = 0;
};

namespace detail {

/// `Self` has double compare(std::span<double const> costs, decision_row const&, std::span<double> gradient).
template <class Self, solver S>
class contrastive : public baseline<Self> {
    friend baseline<Self>;

public:
    static constexpr bool of_decisions = true;
    S& problem;
    decision_pool pool;

    double pull(decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
        const auto q = take_costs(w, prediction.size());
        if (solving) {
            this->decide(problem, prediction, q, w);
            found.add(q);
            return 0;
        }
        if (const std::size_t held = pool.sum().size(); held != q.size())
            throw error("isotypic: the pool holds decisions of " + std::to_string(held) + " numbers");
        for (std::size_t j = 0; j < q.size(); ++j) q[j] = settings.of_errors ? prediction[j] - row.cost[j] : prediction[j];
        return static_cast<Self&>(*this).compare(q, row, gradient);
    }

protected:
    contrastive(S& s, sense direction, contrastive_settings const& with) : baseline<Self>(direction), problem(s), settings(with) {
        require_that(with.solve_ratio >= 0 && with.solve_ratio <= 1, Self::name, "solve_ratio", with.solve_ratio, "between 0 and 1");
    }

private:
    contrastive_settings settings;
    decision_pool found;
    index_t before = 0;
    bool solving = false;

    template <class F>
    void begin(F const& pull_rows) {
        before = pool.size();
        solving = random_stream(settings.seed, 0, this->step).uniform() < settings.solve_ratio;
        if (solving) {
            found.keep(0);
            pull_rows();
            solving = false;
            for (index_t k = 0; k < found.size(); ++k) pool.add(found.decision(k));
        }
        if (!pool.size()) throw error("isotypic: " + std::string(Self::name) + ": the pool is empty: add decisions to it, or solve now and then");
    }
    void revert() {
        if (pool.size() > before) pool.keep(before);
    }
};

}  // namespace detail
}  // namespace isotypic
