// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/combiner.hpp>

/// \file
/// A rule with another length of its d, by the Gram matrix:
///
///     at_mean_length(nash_mtl{})     |d| = mean_k |g_k|: falls as the gradients do
///     clipped(nash_mtl{}, 1.0)       |d| <= 1
///
/// The direction is the rule's. What the rule does not move, a clipped one does not; what is of degree 1 in the gradients, it is no more,
/// and at the mean length always is. A d that is 0 to rounding stays so.
namespace isotypic {
namespace detail {

/// |d|, and 0 where d is lost in rounding.
inline double combined_length(view<double const> gram, std::span<double const> w) {
    double square = 0, size = 0;
    for (index_t k = 0; k < gram.rows; ++k)
        for (index_t l = 0; l < gram.cols; ++l) {
            const double part = w[std::size_t(k)] * gram(k, l) * w[std::size_t(l)];
            square += part, size += std::abs(part);
        }
    return square > 1e-15 * size ? std::sqrt(square) : 0;
}

template <class M, class G>
inline constexpr bool known_direction = unmoved_by<M, G> || moves_with<M, G>;

template <class M>
struct what_leaves_it {
    using type = task_group_list<>;
};
template <class M>
    requires requires { typename M::unmoved; }
struct what_leaves_it<M> {
    using type = typename M::unmoved;
};

template <bool permutation, bool rescaling>
struct laws_of_degree_one {
    using type = task_group_list<>;
};
template <>
struct laws_of_degree_one<true, false> {
    using type = task_group_list<task_permutation>;
};
template <>
struct laws_of_degree_one<false, true> {
    using type = task_group_list<common_rescaling>;
};
template <>
struct laws_of_degree_one<true, true> {
    using type = task_group_list<task_permutation, common_rescaling>;
};

}  // namespace detail

/// See the file's comment.
template <combination_rule Rule>
struct at_mean_length {
    static constexpr char const* name = Rule::name;
    using unmoved = task_group_list<>;
    using moved = typename detail::laws_of_degree_one<moves_with<Rule, task_permutation>, detail::known_direction<Rule, common_rescaling>>::type;
    Rule rule;

    explicit at_mean_length(Rule r) : rule(r) {}

    void weights(view<double const> gram, std::span<double> w, workspace& scratch) {
        rule.weights(gram, w, scratch);
        const double length = detail::combined_length(gram, w);
        double mean = 0;
        for (index_t k = 0; k < gram.rows; ++k) mean += std::sqrt((std::max)(gram(k, k), 0.0)) / double(gram.rows);
        if (length > 0)
            for (double& v : w) v *= mean / length;
    }
};

/// See the file's comment.
template <combination_rule Rule>
struct clipped {
    static constexpr char const* name = Rule::name;
    using unmoved = typename detail::what_leaves_it<Rule>::type;
    using moved = typename detail::laws_of_degree_one<moves_with<Rule, task_permutation>, false>::type;
    Rule rule;
    double most;

    clipped(Rule r, double length) : rule(r), most(length) {
        if (!(most > 0 && std::isfinite(most))) throw error("isotypic: a direction clipped at the length " + std::to_string(most));
    }

    void weights(view<double const> gram, std::span<double> w, workspace& scratch) {
        rule.weights(gram, w, scratch);
        const double length = detail::combined_length(gram, w);
        if (length > most)
            for (double& v : w) v *= most / length;
    }
};

}  // namespace isotypic
