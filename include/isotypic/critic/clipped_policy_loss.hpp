// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/task_samples.hpp>

/// \file
/// The clipped policy loss of each of K tasks, over the task's n_k samples, rho = exp(new - old):
///
///     L_k = -1 / n_k sum min(rho A, clip(rho, 1 - e, 1 + e) A)
///     dL_k / dnew_i = -rho A / n_k     where A > 0 and rho < 1 + e, or A < 0 and rho > 1 - e; else 0
///
///     workspace scratch;
///     clipped_policy_loss loss{.clip = 0.2};
///     loss.gradient(new_log, old_log, advantages, task, losses, slopes, scratch);    // losses: K numbers; slopes: one a sample
///     loss.values(new_log, old_log, advantages, task, losses, scratch);
///     loss.report(new_log, old_log, task, clipped, kl, scratch);                     // K numbers each, to look at
///
/// A sample's slope is that of its own task's loss. First clipped, then combined: with any weights w_k, the gradient of sum w_k L_k is
/// sum w_k grad L_k. Advantages weighted before they are clipped give another one where a w_k < 0, or where a sample has several. Ratios do
/// not change with the coordinates of the actions, so log-probabilities may leave out what new and old have in common.
///
/// The report: the share of samples with rho outside [1 - e, 1 + e], as PPO2 prints it, and the mean of rho - 1 - log rho, which estimates
/// the divergence of the new policy from the old and is infinite where rho is.
///
/// Arrays of any one shape, float or double, each for itself; sums in double; the tasks: tasks.hpp. A task without samples has loss 0. Where
/// rho overflows the slope is 0 if the clip holds the sample (A >= 0), and else an error that names it. Nothing is written before an error;
/// slopes may lie in the memory of an argument. Nothing is allocated for a shape that `scratch` has seen.
///
/// Source: Schulman and others, arXiv 1707.06347; the estimate of the divergence: Schulman, "Approximating KL divergence", 2020.
namespace isotypic {

/// See the file's comment.
struct clipped_policy_loss {
    double clip = 0.2;

    static constexpr char const* name = "policy loss";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;

    template <class N, class O, class A, class Tasks, class D>
    void gradient(N const& new_log, O const& old_log, A const& advantages, Tasks const& tasks, std::span<double> losses, D&& slopes, workspace& scratch) const {
        auto scope = scratch.open();
        const auto in = read(new_log, old_log, tasks, index_t(losses.size()), scratch);
        double const* a = detail::in_double(detail::numbers_beside(name, "advantage", in.like, advantages), scratch);
        const auto out = detail::numbers_to_write(name, "slopes", in.like, slopes);
        double* slope = scratch.take<double>(in.n);
        double* mean = scratch.take<double>(in.tasks);
        losses_of(in, a, mean);
        for (index_t i = 0; i < in.n; ++i) slope[i] = active(in.ratio[i], a[i]) ? -in.ratio[i] * a[i] / in.count[in.task[i]] : 0;
        detail::result_array(name, "slopes", out, slope).take();
        std::copy_n(mean, in.tasks, losses.begin());
    }
    template <class N, class O, class A, class Tasks>
    void values(N const& new_log, O const& old_log, A const& advantages, Tasks const& tasks, std::span<double> losses, workspace& scratch) const {
        auto scope = scratch.open();
        const auto in = read(new_log, old_log, tasks, index_t(losses.size()), scratch);
        double const* a = detail::in_double(detail::numbers_beside(name, "advantage", in.like, advantages), scratch);
        double* mean = scratch.take<double>(in.tasks);
        losses_of(in, a, mean);
        std::copy_n(mean, in.tasks, losses.begin());
    }
    template <class N, class O, class Tasks>
    void report(N const& new_log, O const& old_log, Tasks const& tasks, std::span<double> clipped, std::span<double> kl, workspace& scratch) const {
        if (clipped.size() != kl.size())
            throw error("isotypic: policy loss: a report of " + std::to_string(clipped.size()) + " shares and " + std::to_string(kl.size()) + " divergences");
        auto scope = scratch.open();
        const auto in = read(new_log, old_log, tasks, index_t(clipped.size()), scratch);
        std::fill(clipped.begin(), clipped.end(), 0.0), std::fill(kl.begin(), kl.end(), 0.0);
        for (index_t i = 0; i < in.n; ++i) {
            const auto k = std::size_t(in.task[i]);
            clipped[k] += (in.ratio[i] < 1 - clip || in.ratio[i] > 1 + clip) / in.count[k];
            kl[k] += (std::expm1(in.change[i]) - (std::min)(in.change[i], 710.0)) / in.count[k];
        }
    }

private:
    template <class L>
    struct samples_read {
        L like;
        index_t n, tasks;
        index_t* task;
        double *count, *change, *ratio;
    };

    template <class N, class O, class Tasks>
    auto read(N const& new_log, O const& old_log, Tasks const& from, index_t tasks, workspace& scratch) const {
        if (!(clip > 0 && std::isfinite(clip))) throw error("isotypic: policy loss: clip = " + std::to_string(clip) + ", and has to be above 0");
        const auto like = detail::numbers_to_read(name, "new log-probability", new_log);
        const auto old = detail::numbers_beside(name, "old log-probability", like, old_log);
        const index_t n = like.size();
        samples_read<std::remove_const_t<decltype(like)>> in{like, n, tasks, scratch.take<index_t>(n), nullptr, nullptr, nullptr};
        detail::read_tasks(name, tasks, like, from, in.task);
        in.count = detail::samples_of_tasks(tasks, n, in.task, scratch);
        in.change = detail::in_double(like, scratch), in.ratio = scratch.take<double>(n);
        detail::for_each_number(old, [&](index_t i, auto v) { in.change[i] -= double(v), in.ratio[i] = std::exp(in.change[i]); });
        return in;
    }

    bool active(double ratio, double a) const { return a > 0 ? ratio < 1 + clip : a < 0 && ratio > 1 - clip; }

    template <class In>
    void losses_of(In const& in, double const* a, double* mean) const {
        for (index_t i = 0; i < in.n; ++i)
            if (active(in.ratio[i], a[i]) && !std::isfinite(in.ratio[i] * a[i]))
                throw error("isotypic: policy loss: " + detail::sample_text(i, in.n) + ": exp(" + std::to_string(in.change[i]) +
                            ") times its advantage is not finite, and the clip does not hold it");
        detail::means_of_tasks(name, "the loss", in.tasks, in.count, in.n, in.task, mean, [&](index_t i) {
            return -a[i] * (active(in.ratio[i], a[i]) ? in.ratio[i] : a[i] > 0 ? 1 + clip : 1 - clip);
        });
    }
};

}  // namespace isotypic
