// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/permutation.hpp>
#include <algorithm>

/// \file
/// Groups made of groups: block-diagonal products, with Young subgroups among them, and wreath products.
namespace isotypic {
namespace detail {

inline void clear(view<double> g) {
    for (index_t i = 0; i < g.rows; ++i)
        for (index_t j = 0; j < g.cols; ++j) g(i, j) = 0;
}

inline bool vanishes(view<double const> g, double tolerance) {
    for (index_t i = 0; i < g.rows; ++i)
        for (index_t j = 0; j < g.cols; ++j)
            if (!(std::abs(g(i, j)) <= tolerance)) return false;
    return true;
}

}  // namespace detail

/// diag(a, b): A acts on the first `First` positions, B on the rest. `product<permutation, permutation, 1>`
/// is the Young subgroup S_1 x S_(n-1) that keeps a class token in its place.
template <class A, class B, index_t First>
struct product {
    static void sample(view<double> g, random_stream& random) {
        const index_t m = (std::min)(First, g.rows), n = g.rows - m;
        detail::clear(g);
        A::sample(g.part(0, 0, m, m), random);
        B::sample(g.part(m, m, n, n), random);
    }
    static bool contains(view<double const> g, double tolerance) {
        const index_t m = (std::min)(First, g.rows), n = g.rows - m;
        return detail::vanishes(g.part(0, m, m, n), tolerance) && detail::vanishes(g.part(m, 0, n, m), tolerance) &&
               A::contains(g.part(0, 0, m, m), tolerance) && B::contains(g.part(m, m, n, n), tolerance);
    }
};

/// K equal bands of positions: Inner acts within each, Outer exchanges them (heads, experts).
template <class Outer, class Inner, index_t K>
struct wreath {
    static_assert(subgroup_of<Outer, permutation>, "the outer group of a wreath product exchanges bands: it lies within permutation");
    static void sample(view<double> g, random_stream& random) {
        if (g.rows % K)
            throw error("isotypic: " + std::to_string(g.rows) + " positions cannot be cut into " + std::to_string(K) + " equal bands");
        double order[std::size_t(K * K)];
        Outer::sample(view<double>(order, K, K), random);
        const index_t n = g.rows / K;
        detail::clear(g);
        for (index_t i = 0; i < K; ++i)
            for (index_t j = 0; j < K; ++j)
                if (order[i * K + j] != 0) Inner::sample(g.part(i * n, j * n, n, n), random);
    }
    static bool contains(view<double const> g, double tolerance) {
        double order[std::size_t(K * K)];
        const index_t n = g.rows / K;
        for (index_t i = 0; i < K; ++i)
            for (index_t j = 0; j < K; ++j) {
                const auto band = g.part(i * n, j * n, n, n);
                const bool there = !detail::vanishes(band, tolerance);
                if (there && !Inner::contains(band, tolerance)) return false;
                order[i * K + j] = there;
            }
        return g.rows % K == 0 && (n == 0 || Outer::contains(view<double const>(order, K, K), tolerance));
    }
};

template <class A, class B, class C, class D, index_t N>
    requires(!std::is_same_v<product<A, B, N>, product<C, D, N>>)
struct is_subgroup<product<A, B, N>, product<C, D, N>>
    : std::bool_constant<subgroup_of<A, C> && subgroup_of<B, D>> {};
template <class A, class B, class C, class D, index_t K>
    requires(!std::is_same_v<wreath<A, B, K>, wreath<C, D, K>>)
struct is_subgroup<wreath<A, B, K>, wreath<C, D, K>> : std::bool_constant<subgroup_of<A, C> && subgroup_of<B, D>> {};

namespace detail {
/// The groups of all matrices of a kind: products and wreath products of their elements stay inside.
template <class H>
concept full = std::is_same_v<H, permutation> || std::is_same_v<H, signed_permutation> || std::is_same_v<H, orthogonal>;
}  // namespace detail

template <class A, class B, index_t N, detail::full H>
struct is_subgroup<product<A, B, N>, H> : std::bool_constant<subgroup_of<A, H> && subgroup_of<B, H>> {};
template <class A, class B, index_t K, detail::full H>
struct is_subgroup<wreath<A, B, K>, H> : std::bool_constant<subgroup_of<B, H>> {};

}  // namespace isotypic
