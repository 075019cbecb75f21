// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/product.hpp>
#include <isotypic/group/trivial.hpp>
#include <utility>
#include <vector>

/// \file
/// Young subgroups: the permutations that keep the label of every position, S_a x S_b x ... for labels that a, b, ... positions bear
/// (a class token, four registers, the patches).
///
///     young<1, 4>                          positions 0 | 1 .. 4 | the rest: sizes known to the compiler, a group as others are
///     label_keeping{{0, 1, 1, 2, 0}}       any labels, known when the program runs
///
/// One lies within another where it cuts at least where the other does; all lie within `permutation`.
namespace isotypic {

/// { P : label(i) = label(j) wherever P(i, j) = 1 }
struct label_keeping {
    std::vector<index_t> label;  ///< of each position

    /// Uniform: Fisher and Yates's shuffle of every label's positions.
    void sample(view<double> g, random_stream& random) const {
        fit(g.rows);
        trivial::sample(g, random);
        for (index_t i = g.rows - 1; i > 0; --i) {
            index_t chosen = random.below(alike_up_to(i)), k = i;
            for (; chosen > 0; --chosen) k = before(k);
            for (index_t j = 0; j < g.cols && k != i; ++j) std::swap(g(i, j), g(k, j));
        }
    }
    bool contains(view<double const> g, double tolerance) const {
        fit(g.rows);
        for (index_t i = 0; i < g.rows; ++i)
            for (index_t j = 0; j < g.cols; ++j)
                if (of(i) != of(j) && !(std::abs(g(i, j)) <= tolerance)) return false;
        return permutation::contains(g, tolerance);
    }
    /// The exchanges of two positions that generate the group: what holds for each holds for all.
    std::vector<std::pair<index_t, index_t>> generators() const {
        std::vector<std::pair<index_t, index_t>> exchanges;
        for (index_t i = 0; i < index_t(label.size()); ++i)
            if (before(i) >= 0) exchanges.emplace_back(before(i), i);
        return exchanges;
    }

private:
    index_t of(index_t i) const { return label[std::size_t(i)]; }
    /// The last position before i with i's label, or -1.
    index_t before(index_t i) const {
        index_t k = i - 1;
        while (k >= 0 && of(k) != of(i)) --k;
        return k;
    }
    index_t alike_up_to(index_t i) const {
        index_t n = 0;
        for (index_t k = i; k >= 0; k = before(k)) ++n;
        return n;
    }
    void fit(index_t n) const {
        if (n != index_t(label.size())) throw error("isotypic: " + std::to_string(label.size()) + " labels for " + std::to_string(n) + " positions");
    }
};

/// S_a x S_b x ... x S_rest for the `Sizes` a, b, ...: consecutive classes as far as there are positions, and the rest.
template <index_t... Sizes>
struct young {
    static_assert(((Sizes > 0) && ...), "a class of a Young subgroup has a position at least");
    using within = permutation;

    /// The labels 0, 1, ... of n positions.
    static label_keeping of(index_t n) {
        label_keeping classes{std::vector<index_t>(std::size_t(n))};
        for (index_t i = 0; i < n; ++i) {
            [[maybe_unused]] index_t end = 0;
            ((end += Sizes, classes.label[std::size_t(i)] += i >= end), ...);
        }
        return classes;
    }
    /// Does a class end before position `at`?
    static constexpr bool cuts([[maybe_unused]] index_t at) {
        [[maybe_unused]] index_t end = 0;
        return ((end += Sizes, end == at) || ...);
    }
    static void sample(view<double> g, random_stream& random) { of(g.rows).sample(g, random); }
    static bool contains(view<double const> g, double tolerance) { return of(g.rows).contains(g, tolerance); }
    static std::vector<std::pair<index_t, index_t>> generators(index_t n) { return of(n).generators(); }
};

namespace detail {
template <class Finer, index_t... Sizes>
constexpr bool cuts_wherever() {
    [[maybe_unused]] index_t end = 0;
    return ((end += Sizes, Finer::cuts(end)) && ...);
}
}  // namespace detail

template <index_t... Fine, index_t... Coarse>
    requires(!std::is_same_v<young<Fine...>, young<Coarse...>>)
struct is_subgroup<young<Fine...>, young<Coarse...>> : std::bool_constant<detail::cuts_wherever<young<Fine...>, Coarse...>()> {};
template <index_t... Sizes, class A, class B, index_t First>
struct is_subgroup<young<Sizes...>, product<A, B, First>>
    : std::bool_constant<young<Sizes...>::cuts(First) && subgroup_of<permutation, A> && subgroup_of<permutation, B>> {};
template <class A, class B, index_t First, index_t... Sizes>
struct is_subgroup<product<A, B, First>, young<Sizes...>>
    : std::bool_constant<subgroup_of<A, permutation> && subgroup_of<B, permutation> && detail::cuts_wherever<young<First>, Sizes...>()> {};

}  // namespace isotypic
