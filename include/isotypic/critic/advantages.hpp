// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/task_samples.hpp>

/// \file
/// Advantages of mean 0 and variance 1 (divided by the number of samples):
///
///     standardised_per_task    (A - mean_k) / std_k over the samples of each of K tasks
///     standardised_together    (A - mean) / std over all of them
///
///     workspace scratch;
///     standardised_per_task{}(advantages, task, 50, out, scratch);
///     standardised_together{}(advantages, out, scratch);
///
/// Nothing is added to std: advantages of 1e-20 are standardised as those of 1, and where all are equal the result is 0. So the first does
/// not change, but for rounding, when the returns of each task move as R_k -> s_k R_k + c_k, s_k > 0, whatever s_k and c_k; the second only
/// when all move by the same map: there a task whose rewards are larger has larger advantages. Reference code takes the second, with 1e-8
/// added to std.
///
/// Arrays, tasks, errors and memory as in clipped_policy_loss.hpp; `out` may be `advantages`. Derived here; what TOPPO (arXiv 2605.11473)
/// does is not public.
namespace isotypic {

namespace detail {

/// For one set of numbers, in two passes over them: with x -> (x - low) / (high - low) first, which no size of numbers takes out of range.
struct number_spread {
    double low = std::numeric_limits<double>::infinity(), high = -low, mean = 0, square = 0, count = 0;

    void see(double v) { low = (std::min)(low, v), high = (std::max)(high, v), ++count; }
    /// Half of each where the difference leaves the range.
    double place(double v) const {
        const double factor = std::isfinite(high - low) ? 1 : 0.5;
        return (factor * v - factor * low) / (factor * high - factor * low);
    }
    void add_mean(double v) { mean += low < high ? place(v) / count : 0; }
    void add_square(double v) { square += low < high ? (place(v) - mean) * (place(v) - mean) / count : 0; }
    double standard(double v) const { return low < high ? (place(v) - mean) / std::sqrt(square) : 0; }
};

/// x_i <- its standard score in the set of task_i.
inline void standardise(index_t tasks, index_t n, index_t const* task, double* x, workspace& scratch) {
    number_spread* s = scratch.take<number_spread>(tasks);
    std::fill_n(s, tasks, number_spread{});
    for (index_t i = 0; i < n; ++i) s[task[i]].see(x[i]);
    for (index_t i = 0; i < n; ++i) s[task[i]].add_mean(x[i]);
    for (index_t i = 0; i < n; ++i) s[task[i]].add_square(x[i]);
    for (index_t i = 0; i < n; ++i) x[i] = s[task[i]].standard(x[i]);
}

}  // namespace detail

/// See the file's comment.
struct standardised_per_task {
    static constexpr char const* name = "advantages";
    using unmoved = task_group_list<affine_returns>;
    using moved = task_group_list<task_permutation>;

    template <class A, class Tasks, class Y>
    void operator()(A const& advantages, Tasks const& tasks, index_t count, Y&& out, workspace& scratch) const {
        auto scope = scratch.open();
        const auto a = detail::numbers_to_read(name, "advantage", advantages);
        const auto y = detail::numbers_to_write(name, "standardised ones", a, out);
        index_t* task = scratch.take<index_t>(a.size());
        detail::read_tasks(name, count, a, tasks, task);
        double* x = detail::in_double(a, scratch);
        detail::standardise(count, a.size(), task, x, scratch);
        detail::result_array(name, "standardised ones", y, x).take();
    }
};

/// See the file's comment.
struct standardised_together {
    static constexpr char const* name = "advantages";
    using unmoved = task_group_list<common_rescaling>;
    using moved = task_group_list<task_permutation>;

    template <class A, class Y>
    void operator()(A const& advantages, Y&& out, workspace& scratch) const {
        auto scope = scratch.open();
        const auto a = detail::numbers_to_read(name, "advantage", advantages);
        const auto y = detail::numbers_to_write(name, "standardised ones", a, out);
        index_t* all_one = scratch.take<index_t>(a.size());
        std::fill_n(all_one, a.size(), index_t{0});
        double* x = detail::in_double(a, scratch);
        detail::standardise(1, a.size(), all_one, x, scratch);
        detail::result_array(name, "standardised ones", y, x).take();
    }
};

}  // namespace isotypic
