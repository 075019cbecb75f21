// SPDX-License-Identifier: MIT
#pragma once
#include "trials.hpp"

/// \file
/// The comparison.
namespace multitask_control {

/// A variant as it was run.
struct compared {
    experiment first;  ///< its rate; the seed is the first
    std::vector<finding> seeds;
};

/// Every variant's rate is chosen on the same grid with a seed that is used for nothing else and a third of the iterations, by the mean success
/// at the end, the first of equals; then it runs so with the other seeds.
///
/// Tables go to OUT/sweep.md and, at full size, between their marks in the example's README; pictures and runs to results/ beside it.
/// Returns false when interrupted.
bool sweep(settings const& s);

}  // namespace multitask_control
