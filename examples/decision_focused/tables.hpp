// SPDX-License-Identifier: MIT
#pragma once
#include "sweep.hpp"

namespace decision_focused {

/// Mean and standard deviation over seeds.
struct spread {
    double mean = 0, deviation = 0;
};
spread over(std::vector<double> const& x);

/// For each problem the regret of each loss, by degree, and what was chosen.
std::string tables(comparison const& c);
/// For each problem, at one degree, solves and seconds of a run.
std::string times(comparison const& c);
std::string scale_row(experiment const& e, outcome const& o, long costs);
/// Regret against degree, a panel for each problem of several degrees.
std::string picture(comparison const& c);

}  // namespace decision_focused
