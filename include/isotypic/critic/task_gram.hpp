// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/gram_rows.hpp>
#include <isotypic/device/cpu.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <span>
#include <vector>

/// \file
/// The inner products A_kl = <g_k, g_l> of K task gradients: all that gradient combiners and the diagnosis look at.
///
///     task_gram gram(50);
///     gram.add(G);                            // K x p, a row a task
///     gram.add(as_view(H).transposed());      // q x K, a column a task; one block of parameters after another
///     gram(3, 7);  gram.matrix();  gram.clear();
///
/// Products in the gradients' type over 4096 parameters at a time, their sums in double: no copy of the gradients, but for 192 parameters of
/// those in columns. Where a sum of squares leaves the range of float, those 4096 are taken in double. A gradient that is not finite is an
/// error that names the task, and changes nothing. Nothing is allocated for a shape that has been seen.
namespace isotypic {

/// See the file's comment.
class task_gram {
public:
    explicit task_gram(index_t tasks, executor_ref threads = {}) : count(tasks), device(threads) {
        if (tasks < 1) throw error("isotypic: a Gram matrix of " + std::to_string(tasks) + " tasks");
        total.assign(std::size_t(tasks * tasks), 0.0);
    }

    /// With `afresh` in the place of what was added before.
    template <matrix G>
    void add(G&& gradients, bool afresh = false) {
        const auto g = as_view(gradients);
        using T = typename decltype(g)::value_type;
        static_assert(scalar<T>, "isotypic: gradients are float or double");
        require_tasks(g);
        accumulate<T>(g, afresh);
    }
    void clear() { std::fill(total.begin(), total.end(), 0.0); }

    template <class T>
    void require_tasks(view<T> g) const {
        if (g.rows != count)
            throw error("isotypic: gradients of " + detail::shape_text(g.rows, g.cols) + " for " + std::to_string(count) + " tasks, which are rows");
    }
    index_t tasks() const { return count; }
    double operator()(index_t k, index_t l) const { return total[std::size_t(k * count + l)]; }
    view<double const> matrix() const { return {total.data(), count, count}; }

private:
    static constexpr index_t wide = 4096, at_once = 32;
    index_t count;
    cpu device;
    std::vector<double> total;

    template <class T>
    void accumulate(view<T const> g, bool afresh) {
        workspace& w = device.scratch();
        auto scope = w.open();
        const index_t size = count * count;
        double* sum = w.take<double>(size);
        double* part = w.take<double>(size * at_once);
        for (index_t k = 0; k < size; ++k) sum[k] = afresh ? 0 : total[std::size_t(k)];
        for (index_t first = 0; first < g.cols; first += wide * at_once) {
            const index_t n = (std::min)(at_once, (g.cols - first + wide - 1) / wide);
            device.for_each_task(n, [&](index_t i, cpu& d) {
                const index_t from = first + i * wide;
                products<T>(d, g.part(0, from, count, (std::min)(wide, g.cols - from)), part + i * size);
            });
            for (index_t i = 0; i < n; ++i)
                for (index_t k = 0; k < size; ++k) sum[k] += part[i * size + k];
        }
        for (index_t k = 0; k < count; ++k)
            if (!std::isfinite(sum[k * count + k]))
                throw error("isotypic: the gradient of task " + std::to_string(k) + " is not finite, or its square is not");
        for (index_t k = 0; k < count; ++k)
            for (index_t l = 0; l <= k; ++l) total[std::size_t(k * count + l)] = total[std::size_t(l * count + k)] = sum[k * count + l];
    }

    template <class T>
    void products(cpu& d, view<T const> g, double* out) const {
        detail::gram_of_rows(g, out, d.scratch());
        if constexpr (std::is_same_v<T, float>)
            if (!in_range(g, out)) {
                auto scope = d.scratch().open();
                const view<double> exact(d.scratch().take<double>(g.size()), g.rows, g.cols);
                for (index_t i = 0; i < g.rows; ++i)
                    for (index_t j = 0; j < g.cols; ++j) exact(i, j) = double(g(i, j));
                products<double>(d, exact, out);
            }
    }
    /// Are all squares those of float numbers, or of zeros?
    static bool in_range(view<float const> g, double const* c) {
        for (index_t k = 0; k < g.rows; ++k) {
            if (c[k * g.rows + k] > 1e-24 && c[k * g.rows + k] < 1e30) continue;
            for (index_t j = 0; j < g.cols; ++j)
                if (g(k, j) != 0) return false;
        }
        return true;
    }
};

}  // namespace isotypic
