// SPDX-License-Identifier: MIT
#pragma once
#include "losses.hpp"
#include "noise.hpp"
#include <functional>
#include <map>

/// \file
/// One training run, on one thread: Adam, its rate falling to 0 as half a cosine, on batches of 64 from a new order in every epoch; what is
/// left of an epoch's order after the last whole batch is not used.
namespace noisy_labels {

constexpr Index batch_size = 64;

/// What a run is made from.
struct experiment {
    task what;
    loss with;
    double rate = 2e-3, decay = 0;  ///< Adam's, and of its decoupled decay of the matrices
    noise wrong = {};
    unsigned seed = 1;  ///< of noise, weights and order
    bool test = true;   ///< read the test part?
};

struct outcome {
    double validation = 0;           ///< accuracy on the noisy labels of the validation part; 0 where there is none
    double test = 0;                 ///< on the clean labels of the test part; 0 where it is not read
    bool diverged = false;           ///< stopped where a gradient was not finite
    std::vector<double> curve = {};  ///< validation after each epoch, where that was asked for
};

/// `epoch_done`, if given, is called after each epoch and asks for the curve.
outcome train(experiment const& e, data const& d, std::function<void()> const& epoch_done = {});

}  // namespace noisy_labels
