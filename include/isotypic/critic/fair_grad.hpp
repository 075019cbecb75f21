// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/fairness.hpp>
#include <isotypic/critic/task_groups.hpp>

/// \file
/// Directions d = sum_k w_k g_k from which every task gains, <g_k, d> = w_k^(-1/a) > 0:
///
///     fair_grad{.alpha = a}    A w = w^(-1/a)    maximises sum_k <g_k, d>^(1 - a) / (1 - a) over a ball
///     nash_mtl{}               A w = 1 / w       the same with a = 1: the product of the gains
///
/// a near 0 is the sum of the gradients, a large one looks after whoever gains least. A common factor s of the gradients is one of
/// s^((1 - a) / (1 + a)) in d. With a = 1 a factor of any one gradient does not matter, and |d|^2 is the number of tasks, however near a
/// stationary point is: let the rate fall, clip, or use task_lengths.hpp. As `weights`, with the step's report, by `solve`; how, and what
/// the ridge does: fairness.hpp.
///
/// Source: Ban, Ji, FairGrad, ICML 2024, arXiv 2402.15638 (whose programs minimise the squared residual, with no ridge); Navon and others,
/// Nash-MTL, ICML 2022, arXiv 2202.01017.
namespace isotypic {

/// See the file's comment.
struct fair_grad {
    static constexpr char const* name = "FairGrad";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation>;
    double alpha = 1;
    double ridge = 1e-6;  ///< times each |g_k|^2, at the least

    fairness_report solve(view<double const> gram, std::span<double> w, workspace& scratch) const {
        if (!(alpha > 0 && std::isfinite(alpha))) throw error("isotypic: FairGrad: alpha = " + std::to_string(alpha) + ", and has to be above 0");
        if (!(ridge >= 0 && std::isfinite(ridge))) throw error("isotypic: FairGrad: ridge = " + std::to_string(ridge));
        for (double r = ridge; r <= 1; r = (std::max)(10 * r, 1e-12)) {
            auto scope = scratch.open();
            const fairness_report found = detail::fairness_solver(gram, alpha, r, scratch).solve(w);
            if (found.residual <= 1e-8) return found;
        }
        throw error("isotypic: FairGrad: no weights found for alpha = " + std::to_string(alpha) + ": the gradients differ too much in length for it");
    }
    void weights(view<double const> gram, std::span<double> w, workspace& scratch) const { solve(gram, w, scratch); }
};

/// See the file's comment.
struct nash_mtl {
    static constexpr char const* name = "Nash-MTL";
    using unmoved = task_group_list<common_rescaling, task_rescaling>;
    using moved = task_group_list<task_permutation>;
    double ridge = 1e-6;  ///< as of fair_grad

    fairness_report solve(view<double const> gram, std::span<double> w, workspace& scratch) const { return fair_grad{1, ridge}.solve(gram, w, scratch); }
    void weights(view<double const> gram, std::span<double> w, workspace& scratch) const { solve(gram, w, scratch); }
};

}  // namespace isotypic
