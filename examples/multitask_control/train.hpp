// SPDX-License-Identifier: MIT
#pragma once
#include "streams.hpp"
#include "variants.hpp"
#include <functional>

/// \file
/// One training run, on one thread.
namespace multitask_control {

/// How much is done, and the same for all variants.
struct plan {
    Index iterations = 800;
    Index streams = 8, steps = 128;    ///< of each task in an iteration
    Index epochs = 4, batches = 8;     ///< of each epoch; all tasks are in each
    Index points = 20, episodes = 50;  ///< of evaluation, and at each
    Index hidden = 64, layers = 2;
    double discount = 0.99, trace = 0.95, clip = 0.2, entropy = 1e-3;
    double longest = 1;           ///< of the gradient of either network
    double log_deviation = -0.5;  ///< of the first actions
    double unit_rate = 0.1;       ///< of PopArt's averages, an iteration

    Index steps_of_a_task() const { return iterations * streams * steps; }
    bool due(Index iteration) const { return (iteration * points) / iterations != ((iteration - 1) * points) / iterations; }
};

/// What a run is made from.
struct experiment {
    variant with;
    double rate;
    unsigned seed;
    plan size;
};

struct point {
    Index iteration;
    std::vector<double> success;                           ///< a share for each task
    double scale_spread = 1, collapse = 1, condition = 1;  ///< of the critic's task gradients: medians since the point before
};

struct finding {
    std::vector<point> curve;
    bool diverged = false;  ///< stopped where a number was not finite; the curve is then filled up with zeros
};

/// `done`, if given, is called after each iteration; where it returns false the run stops.
finding train(experiment const& e, std::function<bool()> const& done = {});

}  // namespace multitask_control
