// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <algorithm>
#include <cmath>
#include <span>
#include <string>

/// \file
/// A decision problem with costs c that are not known when it is posed,
///
///     min c'x over x in X      or max, X the same for all instances,
///
/// and what solves it: anything with
///
///     index_t size() const;                                                      // how many costs, d
///     void solve(std::span<double const> costs, std::span<double> decision);     // writes every component of a minimiser of costs'x; throws
///                                                                                // where there is none
///
/// A solver never maximises: the losses hand it the costs with their signs turned. What is in `decision` before is not a number: zeros are
/// written too. One that answers ties always the same way makes a training run repeatable. It is called by one thread.
namespace isotypic {

/// See the file's comment.
template <class S>
concept solver = requires(S& s, std::span<double const> costs, std::span<double> decision) {
    { s.size() } -> std::convertible_to<index_t>;
    s.solve(costs, decision);
};

enum class sense { minimise, maximise };

namespace detail {

/// 1 where costs are to be small, -1 where they are gains.
constexpr double sign_of(sense to) { return to == sense::minimise ? 1 : -1; }

inline double dot(std::span<double const> a, std::span<double const> b) {
    double lane[4] = {};
    std::size_t j = 0;
    for (; j + 4 <= a.size(); j += 4)
        for (std::size_t k = 0; k < 4; ++k) lane[k] += a[j + k] * b[j + k];
    for (; j < a.size(); ++j) lane[j % 4] += a[j] * b[j];
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

/// The first number that is not finite, or their count.
inline std::size_t first_not_finite(std::span<double const> a) {
    std::size_t j = 0;
    while (j < a.size() && std::isfinite(a[j])) ++j;
    return j;
}

/// x <- the solver's best decision for these costs; `turned` has room for as many costs. Throws what the solver throws, and where
/// what it wrote is not finite, or nothing.
template <class S>
void decide(S& s, sense to, std::span<double const> costs, std::span<double> turned, std::span<double> x) {
    if (to == sense::maximise) {
        for (std::size_t j = 0; j < costs.size(); ++j) turned[j] = -costs[j];
        costs = turned;
    }
    std::fill(x.begin(), x.end(), std::numeric_limits<double>::quiet_NaN());
    s.solve(costs, x);
    if (const std::size_t j = first_not_finite(x); j < x.size())
        throw error("isotypic: the solver's decision is not finite at component " + std::to_string(j) + ": has it written every one?");
}

template <class S>
void require_size(std::string const& what, S& s, index_t d) {
    static_assert(solver<S>, "a solver has solve(costs, decision) and size()");
    if (index_t(s.size()) != d)
        throw error("isotypic: " + what + ": a solver of " + std::to_string(index_t(s.size())) + " costs for instances of " + std::to_string(d));
}

/// An error without the library's name in front, to go behind a longer one.
inline std::string reason(std::exception const& e) {
    const std::string text = e.what(), ours = "isotypic: ";
    return text.starts_with(ours) ? text.substr(ours.size()) : text;
}

}  // namespace detail
}  // namespace isotypic
