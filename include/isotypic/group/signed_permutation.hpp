// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/orthogonal.hpp>
#include <utility>

/// \file
/// Signed permutations, the symmetries of a cube: what entry-wise rules such as Adam and sign respect.
namespace isotypic {
namespace detail {

/// A uniform permutation matrix (Fisher-Yates); entries +-1 if `with_signs`.
inline void sample_permutation(view<double> g, random_stream& random, bool permute, bool with_signs) {
    const index_t n = g.rows;
    for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) g(i, j) = i != j ? 0 : with_signs && random.bits() & 1 ? -1 : 1;
    for (index_t i = n - 1; permute && i > 0; --i)
        for (index_t k = random.below(i + 1), j = 0; j < n; ++j) std::swap(g(i, j), g(k, j));
}

/// One entry of modulus 1 in every row and column, the rest 0; positive ones only unless `with_signs`.
inline bool is_permutation(view<double const> g, double tolerance, bool with_signs) {
    if (!orthogonal::contains(g, tolerance)) return false;
    for (index_t i = 0; i < g.rows; ++i)
        for (index_t j = 0; j < g.cols; ++j) {
            const double v = with_signs ? std::abs(g(i, j)) : g(i, j);
            if (!(std::abs(v) <= tolerance || std::abs(v - 1) <= tolerance)) return false;
        }
    return true;
}

}  // namespace detail

/// { diag(+-1) P }
struct signed_permutation {
    using within = orthogonal;
    static void sample(view<double> g, random_stream& random) { detail::sample_permutation(g, random, true, true); }
    static bool contains(view<double const> g, double tolerance) { return detail::is_permutation(g, tolerance, true); }
};

}  // namespace isotypic
