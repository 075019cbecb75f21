// SPDX-License-Identifier: MIT
#pragma once
#include "losses.hpp"
#include <functional>

/// \file
/// One training run, on one thread: a linear map of the features and a constant for each cost, Adam at a constant rate, batches of 32 from a
/// new order in every epoch, the last of an epoch smaller.
namespace decision_focused {

constexpr Index batch_size = 32;

struct experiment {
    task what;
    loss with;
    double rate = 1e-2;
    unsigned seed = 42;   ///< of data, weights and order
    bool tuning = false;  ///< by what is then validated on, with a seed that no comparison has
};

struct outcome {
    double normalised = 0, mean_ratio = 0;              ///< regret on the test part, as isotypic::regrets has it
    long solves_before = 0, solves = 0;                 ///< of the training instances, and in training
    double seconds_before = 0, seconds = 0;             ///< of a processor, for the same
    bool diverged = false;                              ///< stopped where a gradient was not finite
    std::vector<double> curve = {};                     ///< normalised regret after each epoch, where that was asked for
};

/// `epoch_done`, if given, is called after each epoch and asks for the curve.
outcome train(experiment const& e, data const& d, std::function<void()> const& epoch_done = {});

}  // namespace decision_focused
