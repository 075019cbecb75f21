// SPDX-License-Identifier: MIT
#pragma once
#include "balance.hpp"
#include "critic.hpp"
#include "explorer.hpp"
#include "optimizer.hpp"
#include "train.hpp"
#include <isotypic/critic/pop_art.hpp>

/// \file
/// PPO on all tasks at once, after what an explorer brought.
namespace multitask_control {

class learner {
public:
    actor<float> acts;
    critic<float> judges;

    learner(experiment const& e, worlds const& w);

    void learn(experience const& from, Index iteration);
    /// The medians of the critic's condition numbers since the last call.
    void report(point& to);

private:
    experiment made;
    Index tasks;
    std::vector<Index> actions;  ///< of each task
    optimizer actor_steps, critic_steps;
    std::unique_ptr<balance> actor_balance, critic_balance;
    isotypic::pop_art units;
    isotypic::workspace scratch;

    matrix<double> advantages, targets, old_log, values;  // tasks x samples of each
    matrix<float> actor_gradients, critic_gradients;      // tasks x p
    isotypic::task_gram gram;
    matrix<double> exact;  // the critic's gradients
    std::vector<double> losses, scales, collapses, conditions;

    struct minibatch {
        matrix<float> x, raw;
        matrix<double> advantages, targets, old_log;
    } part;
    matrix<double> new_log, slopes;
    matrix<float> critic_slopes, dmeans, dlog_deviation, dlog_deviations;

    void judge(experience const& from);
    void log_probabilities(matrix<float> const& x, matrix<float> const& raw, matrix<double>& to);
    void read(experience const& from, std::vector<std::vector<Index>> const& order, Index batch);
    void step_critic();
    void step_actor();
    void look_at_gradients();
};

}  // namespace multitask_control
