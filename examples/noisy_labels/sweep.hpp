// SPDX-License-Identifier: MIT
#pragma once
#include "trials.hpp"

/// \file
/// The comparison.
namespace noisy_labels {

/// A loss as it was chosen for a task.
struct chosen {
    experiment at;  ///< its rate, decay and numbers; the rest is that of tuning
    double validation;
};

/// What the tables are made from.
struct comparison {
    trials runs;
    std::vector<task> what;
    std::vector<noise> levels;                             ///< symmetric ones first, rising
    std::map<std::string, std::vector<chosen>> best = {};  ///< by the task's name, in the order of `all_losses`

    /// At a level of noise, with a seed.
    experiment of(chosen const& c, noise wrong, unsigned seed) const {
        experiment e = c.at;
        e.wrong = wrong, e.seed = seed, e.test = true;
        return e;
    }
};

/// Every loss is tuned on the same grid of rates, decays and its own numbers (`choices`) with seed 0 at 60 % symmetric noise, by the
/// accuracy on the noisy labels of the validation part after the last epoch; the first of equals is chosen. Then it runs so at every level
/// of noise with the seeds 1, 2, ... and the test part is read.
///
/// Tables go to OUT/sweep.md and, at full size, between their marks in the example's README; picture and runs to results/ beside it.
/// Returns false when interrupted.
bool sweep(settings const& s);

}  // namespace noisy_labels
