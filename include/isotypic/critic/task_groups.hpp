// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

/// \file
/// What acts on K tasks that share one network, and what each leaves alone:
///
///     task_permutation    tasks are renumbered                                   g_k -> g_p(k)
///     task_rescaling      each task's loss has a unit of its own                 g_k -> s_k g_k,          s_k > 0
///     common_rescaling    all losses have one unit                               g_k -> s g_k,            s > 0
///     affine_returns      each task's returns have a unit and a zero of their own    R_k -> s_k R_k + c_k,    s_k > 0
///
/// `sample(random, scale, shift, from)` draws an element as the three arrays that say it: task k becomes scale_k times task from_k's plus
/// shift_k. The groups of gradients have no shift. What a module does with them it says in its type:
///
///     unmoved_by<M, G>      what M returns does not change
///     moves_with<M, G>      what M returns changes as what it is given does
///
/// and check/task_laws.hpp holds it against that. Derived here, for TOPPO's modules (arXiv 2605.11473).
namespace isotypic {

namespace detail {
inline void no_task_action(std::span<double> scale, std::span<double> shift, std::span<index_t> from) {
    for (double& s : scale) s = 1;
    for (double& c : shift) c = 0;
    std::iota(from.begin(), from.end(), index_t{0});
}
}  // namespace detail

/// See the file's comment.
struct task_permutation {
    static void sample(random_stream& random, std::span<double> scale, std::span<double> shift, std::span<index_t> from) {
        detail::no_task_action(scale, shift, from);
        for (std::size_t k = from.size(); k > 1; --k) std::swap(from[k - 1], from[std::size_t(random.below(index_t(k)))]);
    }
};
struct common_rescaling {
    static void sample(random_stream& random, std::span<double> scale, std::span<double> shift, std::span<index_t> from) {
        detail::no_task_action(scale, shift, from);
        const double s = std::exp(2 * random.normal());
        for (double& v : scale) v = s;
    }
};
struct task_rescaling {
    static void sample(random_stream& random, std::span<double> scale, std::span<double> shift, std::span<index_t> from) {
        detail::no_task_action(scale, shift, from);
        for (double& v : scale) v = std::exp(2 * random.normal());
    }
};
struct affine_returns {
    static void sample(random_stream& random, std::span<double> scale, std::span<double> shift, std::span<index_t> from) {
        task_rescaling::sample(random, scale, shift, from);
        for (double& c : shift) c = 10 * random.normal();
    }
};

/// A list of groups, for `unmoved_by` and `moves_with` in a module.
template <class... G>
struct task_group_list {
    template <class H>
    static constexpr bool has = (std::is_same_v<G, H> || ...);
};

/// See the file's comment.
template <class M, class G>
concept unmoved_by = M::unmoved::template has<G>;
template <class M, class G>
concept moves_with = M::moved::template has<G>;

}  // namespace isotypic
