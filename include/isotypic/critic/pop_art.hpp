// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/pop_art_move.hpp>
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/critic/task_samples.hpp>

/// \file
/// PopArt for each of K tasks: a critic learns returns in units of their own, and its values keep their meaning when the units move.
///
///     pop_art values(50);                                 // .rate = 3e-4 by default
///     const pop_art_move& move = values.follow(returns, task);      // adaptive: statistics follow the returns
///     move.rows(W, b);                                    // preserving: a head with a row a task; others, moments: pop_art_move.hpp
///     values.normalise(returns, task, targets);           // (R - mean_k) / scale_k, what the critic learns
///     values.denormalise(n, task, v);                     // scale_k n + mean_k, what advantages are taken from
///
/// With b the rate and b_t = b / (1 - (1 - b)^t) at a task's t-th update (averages without the bias of their start: the first update takes
/// the mean and variance of its returns), m and s^2 the mean and variance of the task's returns that came,
///
///     mean' = mean + b_t (m - mean),      variance' = (1 - b_t) variance + b_t s^2 + b_t (1 - b_t) (m - mean)^2
///
/// which are the averages of R and R^2, without their cancellation; scale = sqrt(variance) between `least` and `most`. Tasks that have no
/// sample stay; one whose first returns are all equal, or one alone, has the least scale. Where no bound binds, normalised returns, and the
/// values learnt from them, do not change when R_k becomes s_k R_k + c_k, s_k > 0, from the start on. What is not finite, or would be, is an
/// error and changes nothing.
///
/// Source: van Hasselt and others, NeurIPS 2016, arXiv 1602.07714; per task: Hessel and others, AAAI 2019, arXiv 1809.04474; in TOPPO,
/// arXiv 2605.11473, whose constants are not public. The start without bias is ours.
namespace isotypic {

struct pop_art_settings {
    double rate = 3e-4;
    double least = 1e-4, most = 1e6;  ///< bounds of a scale
};

/// See the file's comment.
class pop_art {
public:
    static constexpr char const* name = "PopArt";
    using unmoved = task_group_list<affine_returns>;  ///< normalised returns
    using moved = task_group_list<task_permutation>;

    explicit pop_art(index_t tasks, pop_art_settings const& with = {})
        : settings(with), last((std::max)(tasks, index_t{0})) {
        if (tasks < 1) throw error("isotypic: PopArt of " + std::to_string(tasks) + " tasks");
        if (!(with.rate > 0 && with.rate <= 1)) throw error("isotypic: PopArt: rate = " + std::to_string(with.rate) + ", and has to be above 0 and at most 1");
        if (!(with.least > 0 && with.least <= with.most && std::isfinite(with.most)))
            throw error("isotypic: PopArt: scales from " + std::to_string(with.least) + " to " + std::to_string(with.most));
        state.assign(std::size_t(4 * tasks), 0.0);
    }

    index_t tasks() const { return last.tasks(); }
    double mean(index_t k) const { return of(k)[0]; }
    double scale(index_t k) const { return of(k)[2] > 0 ? std::clamp(std::sqrt(of(k)[1]), settings.least, settings.most) : 1; }

    /// Statistics after these returns, and what keeps values: the map of each task's normalised values. Valid until the next call.
    template <class R, class Tasks>
    pop_art_move const& follow(R const& returns, Tasks const& task) {
        auto scope = scratch.open();
        const auto r = detail::numbers_to_read(name, "return", returns);
        index_t const* k = tasks_of(r, task);
        const index_t n = tasks();
        double *count = scratch.take<double>(3 * n), *sum = count + n, *square = sum + n;
        std::fill_n(count, 3 * n, 0.0);
        detail::for_each_number(r, [&](index_t i, auto v) { ++count[k[i]], sum[k[i]] += double(v); });
        for (index_t j = 0; j < n; ++j) sum[j] /= (std::max)(count[j], 1.0);
        detail::for_each_number(r, [&](index_t i, auto v) { square[k[i]] += (double(v) - sum[k[i]]) * (double(v) - sum[k[i]]); });
        double* next = scratch.take<double>(4 * n);
        for (index_t j = 0; j < n; ++j) {
            std::copy_n(of(j), 4, next + 4 * j);
            if (count[j] > 0) update(next + 4 * j, sum[j], square[j] / count[j]);
            if (!std::isfinite(next[4 * j]) || !(next[4 * j + 1] >= 0) || !std::isfinite(next[4 * j + 1]))
                throw error("isotypic: PopArt: the mean or variance of task " + std::to_string(j) + " would be " + std::to_string(next[4 * j]) + ", " +
                            std::to_string(next[4 * j + 1]));
        }
        for (index_t j = 0; j < n; ++j) {
            const double before = scale(j), was = mean(j);
            std::copy_n(next + 4 * j, 4, of(j));
            last.set(j, before / scale(j), (was - mean(j)) / scale(j));
        }
        return last;
    }
    template <class R, class Tasks, class Y>
    void normalise(R const& returns, Tasks const& task, Y&& out) const {
        each(returns, task, out, "normalised returns", [this](index_t k, double v) { return (v - mean(k)) / scale(k); });
    }
    template <class N, class Tasks, class Y>
    void denormalise(N const& values, Tasks const& task, Y&& out) const {
        each(values, task, out, "raw values", [this](index_t k, double v) { return scale(k) * v + mean(k); });
    }

    /// K x 4: mean, variance, number of updates, 1 - (1 - rate)^updates. To be saved, and written back, as it is.
    view<double> statistics() { return {state.data(), tasks(), 4}; }
    view<double const> statistics() const { return {state.data(), tasks(), 4}; }

private:
    pop_art_settings settings;
    std::vector<double> state;
    pop_art_move last;
    mutable workspace scratch;

    double* of(index_t k) { return state.data() + 4 * k; }
    double const* of(index_t k) const { return state.data() + 4 * k; }

    void update(double* s, double m, double variance) const {
        s[2] += 1, s[3] += settings.rate * (1 - s[3]);
        const double b = settings.rate / s[3], off = m - s[0];
        s[0] = b < 1 ? s[0] + b * off : m;
        s[1] = (1 - b) * s[1] + b * variance + b * (1 - b) * off * off;
    }
    template <class B, class Tasks>
    index_t const* tasks_of(B const& x, Tasks const& task) const {
        index_t* k = scratch.take<index_t>(x.size());
        detail::read_tasks(name, tasks(), x, task, k);
        return k;
    }
    template <class X, class Tasks, class Y, class F>
    void each(X const& from, Tasks const& task, Y&& to, char const* called, F const& f) const {
        auto scope = scratch.open();
        const auto x = detail::numbers_to_read(name, "number", from);
        index_t const* k = tasks_of(x, task);
        const auto y = detail::numbers_to_write(name, called, x, to);
double* found = detail::in_double(x, scratch);
        for (index_t i = 0; i < x.size(); ++i) found[i] = f(k[i], found[i]);
        detail::result_array(name, called, y, found).take();
    }
};

}  // namespace isotypic
