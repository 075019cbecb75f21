// SPDX-License-Identifier: MIT
#pragma once
#include "actor.hpp"
#include "worlds.hpp"

namespace multitask_control {

/// The share of successful episodes of each task with the actor's mean action, from starts that a seed fixes.
inline std::vector<double> successes(actor<float>& with, Index episodes, unsigned seed) {
    worlds in(episodes, seed, purpose::evaluation);
    std::vector<double> share(std::size_t(in.tasks), 0.0);
    std::vector<Index> running(std::size_t(in.count()));
    for (std::size_t i = 0; i < running.size(); ++i) running[i] = Index(i);
    matrix<float> x;
    while (!running.empty()) {
        x.resize(Index(running.size()), in.inputs());
        for (Index r = 0; r < x.rows(); ++r) in.observe(running[std::size_t(r)], x.row(r));
        matrix<float> const& mean = with.forward(x);
        std::vector<Index> left;
        for (Index r = 0; r < x.rows(); ++r) {
            const Index i = running[std::size_t(r)];
            double action[most_actions];
            for (Index j = 0; j < most_actions; ++j) action[j] = std::tanh(double(mean(r, j)));
            const bool over = in.step(i, action).terminated || in.out_of_time(i);
            if (!over)
                left.push_back(i);
            else if (in.at(i).success())
                share[std::size_t(in.task_of(i))] += 1 / double(episodes);
        }
        running = std::move(left);
    }
    return share;
}

}  // namespace multitask_control
