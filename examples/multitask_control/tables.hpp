// SPDX-License-Identifier: MIT
#pragma once
#include "sweep.hpp"

namespace multitask_control {

/// Success over the k worst tasks, of one seed; k = 0: over all.
double worst(point const& p, Index k);
constexpr Index worst_tasks = 3;

/// The median of a condition number over the seeds and all points, or the first alone.
double typical(compared const& c, double point::*which, bool first = false);

/// Success and condition numbers, success of each task, and what was aimed at.
std::string tables(std::vector<compared> const& all);

}  // namespace multitask_control
