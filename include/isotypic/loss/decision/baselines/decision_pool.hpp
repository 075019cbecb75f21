// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/instances.hpp>
#include <algorithm>

/// \file
/// Decisions that have been seen, each once, in the order in which they came: what a loss takes for the feasible set. Two that are within
/// 1e-6 in every component, as a solver's rounding leaves them, are one.
///
///     pool.add(data);          // the best decisions of the instances
///     pool.add(decision);      // true if it is new
namespace isotypic {

class decision_pool {
public:
    bool add(std::span<double const> x) {
        const std::string where = "isotypic: decision pool: ";
        if (x.empty()) throw error(where + "a decision of nothing");
        if (count && x.size() != total.size())
            throw error(where + "a decision of " + std::to_string(x.size()) + " numbers, and it holds such of " + std::to_string(total.size()));
        if (const std::size_t j = detail::first_not_finite(x); j < x.size())
            throw error(where + "the decision is not finite at component " + std::to_string(j));
        for (index_t k = 0; k < count; ++k)
            if (std::equal(x.begin(), x.end(), decision(k).begin(), [](double a, double b) { return std::fabs(a - b) <= 1e-6; })) return false;
        total.resize(x.size());
        all.insert(all.end(), x.begin(), x.end()), ++count;
        for (std::size_t j = 0; j < x.size(); ++j) total[j] += x[j];
        return true;
    }
    void add(cost_instances const& data) {
        if (!data.decided()) throw error("isotypic: decision pool: the instances have no decisions: give them a solver");
        for (index_t i = 0; i < data.size(); ++i) add(data.decision(i));
    }
    /// Forgets all but the first.
    void keep(index_t first) {
        const decision_pool old = std::exchange(*this, {});
        for (index_t k = 0; k < (std::min)(first, old.count); ++k) add(old.decision(k));
    }

    index_t size() const { return count; }
    std::span<double const> decision(index_t k) const { return std::span(all).subspan(std::size_t(k) * total.size(), total.size()); }
    std::span<double const> sum() const { return total; }

private:
    index_t count = 0;
    std::vector<double> all, total;
};

}  // namespace isotypic
