// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/decision/solver.hpp>
#include <limits>
#include <vector>

/// \file
/// One training instance as a loss sees it, and where a variable of its best decision stands:
///
///     side = 1 at the upper bound ("chosen"), -1 at the lower ("not chosen"), 0 between
///
/// within 1e-6 (1 + |bound|), but no more than a thousandth of the range. Without bounds variables are binary, and one that is neither 0 nor 1
/// is an error, as is one outside of its bounds. One of no range, lower == upper, is fixed, and is said to be at its lower bound.
namespace isotypic {

/// Bounds of the variables, d numbers each; either may be infinite.
struct variable_bounds {
    std::vector<double> lower, upper;
};

/// What a loss sees of an instance; spans are empty where nothing is known.
struct decision_row {
    index_t instance = 0;
    sense to = sense::minimise;
    std::span<double const> cost{}, decision{}, sensitivity{}, lower{}, upper{};
    double optimum = std::numeric_limits<double>::quiet_NaN();  ///< c'x*
    std::uint32_t step = 0;                                     ///< of training: what random draws are keyed by
};

namespace detail {

/// Is there a choice?
inline bool is_fixed(decision_row const& row, std::size_t j) { return !row.lower.empty() && row.lower[j] == row.upper[j]; }
inline double side(decision_row const& row, std::size_t j) {
    const bool binary = row.lower.empty();
    if (binary && row.decision[j] == 0) return -1;
    if (binary && row.decision[j] == 1) return 1;
    const double x = row.decision[j], low = binary ? 0 : row.lower[j], high = binary ? 1 : row.upper[j];
    const auto rounding = [](double bound) { return 1e-6 * (std::isfinite(bound) ? 1 + std::fabs(bound) : 1); };
    const double below = x - low, above = high - x, most = 1e-3 * (high - low);
    const bool out = below < -rounding(low) || above < -rounding(high);
    if (!out && (low == high || below <= std::fmin(rounding(low), most))) return -1;
    if (!out && above <= std::fmin(rounding(high), most)) return 1;
    if (!out && !binary) return 0;
    throw error("isotypic: decision " + std::to_string(j) + " is " + std::to_string(x) +
                (binary ? ", neither 0 nor 1: give the instances the bounds of their variables" : ", outside of its bounds"));
}

}  // namespace detail
}  // namespace isotypic
