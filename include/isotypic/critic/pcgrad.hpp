// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/matrix/view.hpp>
#include <algorithm>
#include <span>

/// \file
/// Each gradient without what is against the others, one after the other: x = g_i, and for the tasks j != i in random order
///
///     x <- x - <x, g_j> / |g_j|^2 g_j    where <x, g_j> < 0
///
/// with the g_j as they came; d is the mean of the K results, or their sum. In the coefficients of x and its products with all gradients,
/// K numbers each. The tasks are shuffled once a call, or (`order_per_task`) for every i, by the stream of (seed, step); step counts the
/// calls, so save it with the run. Nobody without a gradient takes part, though the mean is over K.
///
/// With two tasks the order is none, and numbering does not matter; with more it does, but for the distribution of d.
///
/// Source: Yu and others, PCGrad, NeurIPS 2020, arXiv 2001.06782.
namespace isotypic {

/// See the file's comment.
struct pcgrad {
    static constexpr char const* name = "PCGrad";
    using unmoved = task_group_list<>;
    using moved = task_group_list<common_rescaling>;
    std::uint64_t seed = 0;
    std::uint32_t step = 0;
    bool order_per_task = false;
    bool sum = false;

    void weights(view<double const> gram, std::span<double> w, workspace& scratch) {
        auto scope = scratch.open();
        const index_t n = gram.rows;
        index_t* order = scratch.take<index_t>(n);
        double *q = scratch.take<double>(n), *product = scratch.take<double>(n);
        random_stream random(seed, 0, step++);
        auto shuffle = [&] {
            for (index_t k = 0; k < n; ++k) order[k] = k;
            for (index_t k = n; k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
        };
        if (!order_per_task) shuffle();
        std::fill(w.begin(), w.end(), 0.0);
        for (index_t i = 0; i < n; ++i) {
            if (order_per_task) shuffle();
            if (!(gram(i, i) > 0)) continue;
            for (index_t l = 0; l < n; ++l) q[l] = l == i, product[l] = gram(i, l);
            for (index_t k = 0; k < n; ++k) {
                const index_t j = order[k];
                if (j == i || !(gram(j, j) > 0) || !(product[j] < 0)) continue;
                const double by = product[j] / gram(j, j);
                q[j] -= by;
                for (index_t l = 0; l < n; ++l) product[l] -= by * gram(j, l);
            }
            for (index_t l = 0; l < n; ++l) w[std::size_t(l)] += q[l];
        }
        if (!sum)
            for (double& v : w) v /= double(n);
    }
};

}  // namespace isotypic
