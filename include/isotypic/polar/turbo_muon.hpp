// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/polar/newton_schulz.hpp>
#include <algorithm>
#include <limits>

/// \file
/// Newton-Schulz after a scale for each row of the short side instead of one for all:
///
///     A = X X',   s_i = (sum_j |A_ij|)^(-1/2),   X <- diag(s) X,   A <- diag(s) A diag(s),   then the steps of a set
///
/// By Gershgorin's circles sigma_1(diag(s) X) <= 1, and rows of small inner products start near 1, where |M|_F leaves them at
/// k^(-1/2). A serves the first step too, so the scale costs no product. The price: the limit is the polar factor of diag(s) M
/// and not of M (they agree where the rows are orthogonal), and s depends on the basis. With X k x n, k <= n, U(g M h') =
/// g U(M) h' for every rotation h but only for signed permutations g; which side is short follows from the shape, so the claim
/// is signed permutations on both. A square block has its rows scaled.
///
/// Condition: as `newton_schulz`, for diag(s) M. Rows orthogonal to all others and under about 1e-15 |M|_F in float (1e-146 in
/// double) become zero. Authors: Turbo-Muon (arXiv 2512.04632), with an absolute eps under the root; the cutoff is ours.
namespace isotypic {

/// See the file's comment.
struct turbo_muon {
    coefficients set = turbo_positive;  ///< its cushion divides diag(s) M; there is no norm to add an eps to

    using commutes_with = symmetry<signed_permutation, signed_permutation>;

    /// u <- polynomial of diag(s) m; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        if (m.rows > m.cols) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        auto scope = d.scratch().open();
        using block = blocks<T, S>;
        const index_t k = m.rows;
        const double norm = frobenius(d, blocks<T const, S>(m));
        // By a power of two, which rounds nothing.
        view<T, S> x = u, y = dense_like(d.scratch().template take<T>(u.size()), block(u)).first;
        if (set.steps % 2) std::swap(x, y);
        scale(d, norm > 0 ? std::ldexp(1., -exponent_of(norm)) : 0, blocks<T const, S>(m), block(x));
        const view<T, S> a = detail::square_beside(d, x, k);
        multiply_symmetric<T>(d, 1, x, 0, a);
        double* s = d.scratch().template take<double>(k);
        row_sums(
            d, [](T v) { return std::fabs(double(v)); }, block(a), s);
        constexpr double least = double((std::numeric_limits<T>::min)()) / double(std::numeric_limits<T>::epsilon());
        for (index_t i = 0; i < k; ++i) s[i] = s[i] > least ? 1 / (std::sqrt(s[i]) * set.cushion) : 0;
        scale_rows(d, s, block(x), block(x));
        scale_rows(d, s, block(a), block(a));
        scale_rows(d, s, block(a.transposed()), block(a.transposed()));
        detail::take_steps(d, set, x, y, a);
    }
};

}  // namespace isotypic
