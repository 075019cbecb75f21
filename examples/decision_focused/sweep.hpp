// SPDX-License-Identifier: MIT
#pragma once
#include "trials.hpp"

/// \file
/// The comparison.
namespace decision_focused {

/// A loss as it was chosen for a task.
struct chosen {
    experiment at;
    double validation;
};

/// What the tables are made from.
struct comparison {
    trials runs;
    std::vector<std::vector<task>> what;
    std::map<std::string, std::vector<chosen>> best = {};  ///< by the task's name, those that fit it in the order of `all_losses`

    experiment of(chosen const& c, unsigned seed) const {
        experiment e = c.at;
        e.seed = seed, e.tuning = false;
        return e;
    }
};

/// Every loss is tuned on the same grid of rates and of up to three choices of its own numbers, for each problem and degree, on instances of a
/// seed that is used for nothing else, by the regret on 1000 that were not learned from; the first of equals is chosen. Then it runs so with
/// the seeds 0, 1, ...
///
/// Tables go to OUT/sweep.md and OUT/times.md and, at full size, between their marks in the example's README; pictures and runs to results/
/// beside it. Returns false when interrupted.
bool sweep(settings const& s);

/// Few losses on large problems: regret, solves and seconds, once.
bool scale(settings const& s);

}  // namespace decision_focused
