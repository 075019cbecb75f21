// SPDX-License-Identifier: MIT
#pragma once
#include "generate.hpp"
#include <isotypic/loss/decision/solver.hpp>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>

/// \file
/// min c'x over binary x in X, and what is to be known of X. A problem owns scratch memory, so that each thread has its own.
namespace decision_focused {

using costs_in = std::span<double const>;
using decision_out = std::span<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();

inline double dot(costs_in a, costs_in b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// The largest size, for solvers that want costs of a certain one.
inline double largest(costs_in c) {
    double most = 0;
    for (double v : c) {
        if (!std::isfinite(v)) throw std::runtime_error("a cost is not finite");
        most = std::fmax(most, std::fabs(v));
    }
    return most;
}

class problem {
public:
    virtual ~problem() = default;
    virtual Index size() const = 0;
    virtual void minimise(costs_in c, decision_out x) = 0;

    /// Delta_j, what the minimum loses where x_j is forced to the other side of the minimiser x; infinity where it cannot be.
    virtual void sensitivities(costs_in c, costs_in x, decision_out delta) {
        table all(size(), size());
        flips(c, x, all, delta);
    }
    /// The best decision with x_j on the other side, a row each, and its Delta_j. Rows of infinite Delta_j are x. A solve for each component,
    /// where a problem knows nothing better.
    virtual void flips(costs_in c, costs_in x, table& all, decision_out delta) {
        double most = 1;
        for (double v : c) most += 2 * std::fabs(v);
        std::vector<double> forced(c.begin(), c.end());
        for (std::size_t j = 0; j < c.size(); ++j) {
            const std::span<double> found(&all(Index(j), 0), c.size());
            forced[j] = c[j] + (x[j] > 0.5 ? most : -most);
            minimise(forced, found);
            forced[j] = c[j];
            const bool flipped = (x[j] > 0.5) != (found[j] > 0.5);
            delta[j] = flipped ? std::fmax(dot(c, found) - dot(c, x), 0) : infinity;
            if (!flipped) std::copy(x.begin(), x.end(), found.begin());
        }
    }
    virtual long solves_for_flips() const { return size(); }
    /// A of the equalities Ax = b that all of X fulfils; without rows where there are none.
    virtual table equalities() const { return table(0, size()); }

    // What isotypic::solver asks for.
    void solve(costs_in c, decision_out x) { ++solves, minimise(c, x); }
    long solves = 0;
};

}  // namespace decision_focused
