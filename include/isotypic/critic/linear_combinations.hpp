// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/task_groups.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/view.hpp>
#include <algorithm>
#include <span>

/// \file
/// What is done where nothing is balanced: d grows with every gradient as it is, so a task of large gradients decides.
///
///     mean_gradient{}    w_k = 1 / K
///     sum_gradient{}     w_k = 1
namespace isotypic {

/// See the file's comment.
struct mean_gradient {
    static constexpr char const* name = "mean gradient";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation, common_rescaling>;

    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 1 / double(w.size())); }
};

/// See the file's comment.
struct sum_gradient {
    static constexpr char const* name = "sum of gradients";
    using unmoved = task_group_list<>;
    using moved = task_group_list<task_permutation, common_rescaling>;

    void weights(view<double const>, std::span<double> w, workspace&) const { std::fill(w.begin(), w.end(), 1.0); }
};

}  // namespace isotypic
