// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/simplex_program.hpp>
#include <isotypic/critic/task_groups.hpp>

/// \file
/// The smallest convex combination of the gradients: d = sum_k w_k g_k with the least w'Aw over w >= 0, sum_k w_k = 1.
///
/// Every task gains, <g_k, d> >= |d|^2, those of w_k > 0 exactly that much, and d = 0, to rounding, just where no direction is one of gain
/// for all: at a Pareto-stationary point. So a task without a gradient stops all: leave it out if that is not meant. Small gradients
/// decide: of orthogonal ones w_k is 1 / |g_k|^2, over the sum. `solve` reports; exact, see simplex_program.hpp.
///
/// Source: Desideri, C. R. Acad. Sci. Paris 350 (2012); Sener, Koltun, NeurIPS 2018, arXiv 1810.04650.
namespace isotypic {

/// See the file's comment.
struct mgda {
    static constexpr char const* name = "MGDA";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation, common_rescaling>;

    simplex_report solve(view<double const> gram, std::span<double> w, workspace& scratch) const {
        auto scope = scratch.open();
        detail::simplex_program program(gram, scratch);
        const simplex_report report = program.solve(nullptr, 0);
        program.read(w.data());
        return report;
    }
    void weights(view<double const> gram, std::span<double> w, workspace& scratch) const { solve(gram, w, scratch); }
};

}  // namespace isotypic
