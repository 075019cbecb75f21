// SPDX-License-Identifier: MIT
#include "learner.hpp"
#include <isotypic/critic/advantages.hpp>
#include <isotypic/critic/clipped_policy_loss.hpp>
#include <isotypic/critic/diagnosis.hpp>
#include <isotypic/critic/fair_grad.hpp>
#include <isotypic/critic/gae.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/critic/task_lengths.hpp>
#include <isotypic/critic/value_loss.hpp>

namespace multitask_control {
namespace {

using isotypic::rows_are_tasks;

mlp_shape critic_shape(experiment const& e, worlds const& w) {
    return {.inputs = w.inputs(), .outputs = 1, .hidden = e.size.hidden, .layers = e.size.layers, .layer_norm = e.with.layer_norm};
}
mlp_shape actor_shape(experiment const& e, worlds const& w) {
    return {.inputs = w.inputs(), .outputs = most_actions, .hidden = e.size.hidden, .layers = e.size.layers, .smooth = true, .last = 0.01};
}

double median(std::vector<double>& of) {
    if (of.empty()) return 0;
    const auto middle = of.begin() + std::ptrdiff_t(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end());
    const double found = *middle;
    of.clear();
    return found;
}

}  // namespace

learner::learner(experiment const& e, worlds const& w)
    : acts(w.tasks, actor_shape(e, w), e.size.log_deviation, stream(e.seed, purpose::weights, 0)),
      judges(w.tasks, critic_shape(e, w), e.with.pop_art, stream(e.seed, purpose::weights, 1)),
      made(e),
      tasks(w.tasks),
      actor_steps(acts.net.blocks, acts.weights, e.rate, e.size.longest, e.size.iterations * e.size.epochs * e.size.batches),
      critic_steps(judges.net.blocks, judges.weights, e.rate, e.size.longest, e.size.iterations * e.size.epochs * e.size.batches),
      units(w.tasks, {.rate = e.size.unit_rate}),
      gram(w.tasks) {
    for (Index k = 0; k < tasks; ++k) actions.push_back(w.at(k * w.copies).actions());
    actor_balance = e.with.pcgrad ? balanced_by(isotypic::pcgrad{.seed = e.seed}, tasks) : balanced_by(isotypic::mean_gradient{}, tasks);
    critic_balance =
        e.with.fair_grad ? balanced_by(isotypic::at_mean_length(isotypic::fair_grad{.alpha = 1}), tasks) : balanced_by(isotypic::mean_gradient{}, tasks);
    losses.resize(std::size_t(tasks));
}

/// Raw values, from them advantages and targets.
void learner::judge(experience const& from) {
    const Index streams = from.rewards.rows(), steps = from.steps;
    values = judges.forward(from.inputs).cast<double>();
    std::vector<Index> of_cut;
    for (Index row : from.cuts) of_cut.push_back(row / from.each());
    std::vector<float> beyond = judges.values_at(from.beyond, of_cut);
    if (made.with.pop_art) units.denormalise(values, rows_are_tasks{}, values), units.denormalise(beyond, of_cut, beyond);

    matrix<double> next(streams, steps);
    const Eigen::Map<matrix<double>> now(values.data(), streams, steps);
    next.leftCols(steps - 1) = now.rightCols(steps - 1);
    for (std::size_t i = 0; i < from.cuts.size(); ++i) next.data()[from.cuts[i]] = double(beyond[i]);
    for (Index i = 0; i < next.size(); ++i)
        if (from.terminated.data()[i]) next.data()[i] = 0;

    const auto by_steps = [&](auto& x) { return isotypic::as_view(x.data(), streams, steps).transposed(); };
    advantages.resize(tasks, from.each()), targets.resize(tasks, from.each());
    isotypic::gae{.discount = made.size.discount, .trace = made.size.trace}(by_steps(from.rewards), by_steps(values), by_steps(next), by_steps(from.terminated),
                                                                            by_steps(from.truncated), by_steps(advantages), by_steps(targets));
    if (made.with.pop_art) {
        const isotypic::pop_art_move& move = units.follow(targets, rows_are_tasks{});
        move.scalars(judges.factors(), judges.shifts());
        for (char const* block : {"factors", "shifts"}) critic_steps.at_moments(block, [&](auto first, auto second) { move.moments(first, second); });
        units.normalise(targets, rows_are_tasks{}, targets);
    }
    if (made.with.advantages)
        isotypic::standardised_per_task{}(advantages, rows_are_tasks{}, tasks, advantages, scratch);
    else
        isotypic::standardised_together{}(advantages, advantages, scratch);
}

void learner::log_probabilities(matrix<float> const& x, matrix<float> const& raw, matrix<double>& to) {
    const Index each = x.rows() / tasks;
    matrix<float> const& means = acts.forward(x);
    to.resize(tasks, each);
    for (Index k = 0; k < tasks; ++k) {
        const Index d = actions[std::size_t(k)];
        isotypic::tanh_gaussian{}.log_prob(isotypic::as_view(means).part(k * each, 0, each, d), acts.log_deviation(k, each, d),
                                           isotypic::as_view(raw).part(k * each, 0, each, d), isotypic::as_view(to).part(k, 0, 1, each), scratch);
    }
}

void learner::learn(experience const& from, Index iteration) {
    judge(from);
    log_probabilities(from.inputs, from.raw, old_log);
    random_stream random = stream(made.seed, purpose::order, iteration);
    std::vector<std::vector<Index>> order(std::size_t(tasks), std::vector<Index>(std::size_t(from.each())));
    for (auto& one : order)
        for (std::size_t i = 0; i < one.size(); ++i) one[i] = Index(i);
    for (Index epoch = 0; epoch < made.size.epochs; ++epoch) {
        for (auto& one : order) shuffle(one, random);
        for (Index b = 0; b < made.size.batches; ++b) {
            read(from, order, b), step_critic(), step_actor();
            if (epoch + b == 0) look_at_gradients();
        }
    }
}

/// As many samples of each task.
void learner::read(experience const& from, std::vector<std::vector<Index>> const& order, Index batch) {
    const Index n = from.each() / made.size.batches;
    part.x.resize(tasks * n, from.inputs.cols()), part.raw.resize(tasks * n, most_actions);
    part.advantages.resize(tasks, n), part.targets.resize(tasks, n), part.old_log.resize(tasks, n);
    for (Index k = 0; k < tasks; ++k)
        for (Index i = 0; i < n; ++i) {
            const Index s = order[std::size_t(k)][std::size_t(batch * n + i)], row = k * from.each() + s;
            part.x.row(k * n + i) = from.inputs.row(row), part.raw.row(k * n + i) = from.raw.row(row);
            part.advantages(k, i) = advantages(k, s), part.targets(k, i) = targets(k, s), part.old_log(k, i) = old_log(k, s);
        }
}

void learner::step_critic() {
    matrix<float> const& now = judges.forward(part.x);
    critic_slopes.resize(now.rows(), now.cols());
    isotypic::value_loss{}.gradient(now, part.targets, rows_are_tasks{}, losses, critic_slopes, scratch);
    judges.backward(part.x, critic_slopes, critic_gradients);
    critic_balance->combine(critic_gradients, critic_steps.gradient);
    critic_steps.step();
}

void learner::look_at_gradients() {
    exact = critic_gradients.cast<double>(), gram.clear(), gram.add(exact);
    const isotypic::task_diagnosis found = isotypic::diagnose(gram.matrix());
    scales.push_back(found.scale_spread), collapses.push_back(found.collapse), conditions.push_back(found.condition);
}

void learner::step_actor() {
    const Index n = part.advantages.cols();
    log_probabilities(part.x, part.raw, new_log);
    slopes.resize(tasks, n);
    isotypic::clipped_policy_loss{.clip = made.size.clip}.gradient(new_log, part.old_log, part.advantages, rows_are_tasks{}, losses, slopes, scratch);

    matrix<float> const& means = acts.means();
    dmeans.setZero(tasks * n, most_actions), dlog_deviation.resize(n, most_actions), dlog_deviations.setZero(tasks, most_actions);
    for (Index k = 0; k < tasks; ++k) {
        const Index d = actions[std::size_t(k)];
        const auto of_task = [&](auto& x) { return isotypic::as_view(x).part(k * n, 0, n, d); };
        isotypic::tanh_gaussian{}.vjp(of_task(means), acts.log_deviation(k, n, d), of_task(part.raw), isotypic::as_view(slopes).part(k, 0, 1, n),
                                      of_task(dmeans), isotypic::as_view(dlog_deviation).part(0, 0, n, d), scratch);
        for (Index j = 0; j < d; ++j) {
            dlog_deviations(k, j) = float(-made.size.entropy);
            for (Index i = 0; i < n; ++i) dlog_deviations(k, j) += dlog_deviation(i, j);
        }
    }
    acts.backward(part.x, dmeans, dlog_deviations, actor_gradients);
    actor_balance->combine(actor_gradients, actor_steps.gradient);
    actor_steps.step();
}

void learner::report(point& to) { to.scale_spread = median(scales), to.collapse = median(collapses), to.condition = median(conditions); }

}  // namespace multitask_control
