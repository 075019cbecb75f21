// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/task_samples.hpp>

/// \file
/// The value loss of each of K tasks, over the task's m_k samples, for normalised values n and targets y (pop_art.hpp):
///
///     value_loss         L_k = 1 / (2 m_k) sum (n - y)^2                                                  dL_k / dn = (n - y) / m_k
///     ppo2_value_loss    L_k = 1 / (2 m_k) sum max((n - y)^2, (o + clip(n - o, -e, e) - y)^2)             0 where the second is larger
///
///     workspace scratch;
///     value_loss{}.gradient(values, targets, task, losses, slopes, scratch);                              // losses: K numbers
///     ppo2_value_loss{.clip = 0.2}.gradient(values, old_values, targets, task, losses, slopes, scratch);
///
/// and `values` with the same arguments but slopes. A sample's slope is that of its own task's loss. On raw returns of scale s_k the loss is
/// s_k^2 times this one, which is why critics are trained on normalised ones. PPO2's clip of the change from old values o is what OpenAI's
/// code has, and in the unit of the values; Meta-World's baseline and TOPPO do without.
///
/// Arrays, tasks, errors and memory as in clipped_policy_loss.hpp. Source: OpenAI baselines, ppo2; without a clip, folklore.
namespace isotypic {

namespace detail {

struct value_samples {
    index_t n, tasks;
    index_t* task;
    double *value, *target;
};

template <class L, class Y, class Tasks>
value_samples read_values(char const* name, L const& like, Y const& targets, Tasks const& from, index_t tasks, workspace& scratch) {
    value_samples in{like.size(), tasks, scratch.take<index_t>(like.size()), nullptr, nullptr};
    read_tasks(name, tasks, like, from, in.task);
    in.value = in_double(like, scratch);
    in.target = in_double(numbers_beside(name, "target", like, targets), scratch);
    return in;
}

/// Losses and slopes of residuals, a slope being the residual where `counts`.
template <class Out, class R, class C>
void write_value_loss(char const* name, value_samples const& in, std::span<double> losses, Out const* out, workspace& scratch, R const& residual,
                      C const& counts) {
    double const* size = samples_of_tasks(in.tasks, in.n, in.task, scratch);
    double* mean = scratch.take<double>(in.tasks);
    means_of_tasks(name, "the loss", in.tasks, size, in.n, in.task, mean, [&](index_t i) { return residual(i) * residual(i) / 2; });
    if constexpr (!std::is_same_v<Out, std::nullptr_t>) {
        double* slope = scratch.take<double>(in.n);
        for (index_t i = 0; i < in.n; ++i) slope[i] = counts(i) ? residual(i) / size[in.task[i]] : 0;
        result_array(name, "slopes", *out, slope).take();
    }
    std::copy_n(mean, in.tasks, losses.begin());
}

}  // namespace detail

/// See the file's comment.
struct value_loss {
    static constexpr char const* name = "value loss";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;

    template <class V, class Y, class Tasks, class D>
    void gradient(V const& values, Y const& targets, Tasks const& tasks, std::span<double> losses, D&& slopes, workspace& scratch) const {
        const auto like = detail::numbers_to_read(name, "value", values);
        const auto out = detail::numbers_to_write(name, "slopes", like, slopes);
        solve(like, targets, tasks, losses, &out, scratch);
    }
    template <class V, class Y, class Tasks>
    void values(V const& values, Y const& targets, Tasks const& tasks, std::span<double> losses, workspace& scratch) const {
        solve(detail::numbers_to_read(name, "value", values), targets, tasks, losses, static_cast<std::nullptr_t*>(nullptr), scratch);
    }

private:
    template <class L, class Y, class Tasks, class Out>
    void solve(L const& like, Y const& targets, Tasks const& tasks, std::span<double> losses, Out const* out, workspace& scratch) const {
        auto scope = scratch.open();
        const auto in = detail::read_values(name, like, targets, tasks, index_t(losses.size()), scratch);
        const auto residual = [&](index_t i) { return in.value[i] - in.target[i]; };
        detail::write_value_loss(name, in, losses, out, scratch, residual, [](index_t) { return true; });
    }
};

/// See the file's comment.
struct ppo2_value_loss {
    double clip = 0.2;

    static constexpr char const* name = "PPO2 value loss";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;

    template <class V, class O, class Y, class Tasks, class D>
    void gradient(V const& values, O const& old_values, Y const& targets, Tasks const& tasks, std::span<double> losses, D&& slopes, workspace& scratch) const {
        const auto like = detail::numbers_to_read(name, "value", values);
        const auto out = detail::numbers_to_write(name, "slopes", like, slopes);
        solve(like, old_values, targets, tasks, losses, &out, scratch);
    }
    template <class V, class O, class Y, class Tasks>
    void values(V const& values, O const& old_values, Y const& targets, Tasks const& tasks, std::span<double> losses, workspace& scratch) const {
        solve(detail::numbers_to_read(name, "value", values), old_values, targets, tasks, losses, static_cast<std::nullptr_t*>(nullptr), scratch);
    }

private:
    template <class L, class O, class Y, class Tasks, class Out>
    void solve(L const& like, O const& old_values, Y const& targets, Tasks const& tasks, std::span<double> losses, Out const* out, workspace& scratch) const {
        if (!(clip > 0 && std::isfinite(clip))) throw error("isotypic: PPO2 value loss: clip = " + std::to_string(clip) + ", and has to be above 0");
        auto scope = scratch.open();
        const auto in = detail::read_values(name, like, targets, tasks, index_t(losses.size()), scratch);
        double const* old = detail::in_double(detail::numbers_beside(name, "old value", like, old_values), scratch);
        const auto free = [&](index_t i) { return in.value[i] - in.target[i]; };
        const auto held = [&](index_t i) { return old[i] + std::clamp(in.value[i] - old[i], -clip, clip) - in.target[i]; };
        const auto holds = [&](index_t i) { return std::fabs(in.value[i] - old[i]) > clip && std::fabs(held(i)) > std::fabs(free(i)); };
        detail::write_value_loss(name, in, losses, out, scratch, [&](index_t i) { return holds(i) ? held(i) : free(i); }, [&](index_t i) { return !holds(i); });
    }
};

}  // namespace isotypic
