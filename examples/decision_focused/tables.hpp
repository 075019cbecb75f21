// SPDX-License-Identifier: MIT
#pragma once
#include "sweep.hpp"
#include <training/spread.hpp>

namespace decision_focused {

/// For each problem the regret of each loss, by degree, and what was chosen.
std::string tables(comparison const& c);
/// For each problem, at one degree, solves and seconds of a run.
std::string times(comparison const& c);
std::string scale_row(experiment const& e, outcome const& o, long costs);
/// Regret against degree, a panel for each problem of several degrees.
std::string picture(comparison const& c);

}  // namespace decision_focused
