// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/rational.hpp>

/// \file
/// The polar factor by Halley iterations with dynamic weights (QDWH):
///
///     X <- X (a I + b X'X) (I + c X'X)^(-1),     X_0 = M / |M|_F,     c = a + b - 1,   b = (a - 1)^2 / 4
///
/// a is the best for singular values in [l, 1], whose lower end goes to l (a + b l^2) / (1 + c l^2): 2e-16, 2e-5, 0.06, 0.8,
/// 0.9998, 1 in double; four steps in float; two of either by QR. Works in the block's own type and is backward stable:
/// U'U is I to a few roundings u up to a condition of 1/(4 u sqrt(n)), and U is off by u s_1 / s_n. Signs stay. Weights,
/// forms and last step from Nakatsukasa, Bai and Gygi, Optimizing Halley's iteration for computing the matrix polar
/// decomposition (SIAM J. Matrix Anal. Appl. 31, 2010); |M|_F instead of an estimate of s_1 is ours, and so is a count of
/// steps in which the data have no part.
///
/// A block of short rank keeps its rank: what is under 4 u |M|_F, in a QR with column pivots, counts as zero. Zero columns of
/// a tall block, and zero rows of a wide one, stay exactly zero. Allocates, and includes Eigen's decompositions:
/// isotypic.hpp does not bring it.
namespace isotypic {

/// See the file's comment. `polar<qdwh>{}` is a part, `spectral<qdwh>{}` a norm.
struct qdwh {
    /// A lower bound of s_n / |M|_F, which saves steps; the rounding of the block's type where that is more. Values under it
    /// go part of the way.
    double least = 0;

    using commutes_with = symmetry<orthogonal, orthogonal>;

    /// The steps as x -> b/c x (1 + (a - b/c) / b / (x^2 + 1/c)), till l is 1 up to 5 u.
    template <class T>
    std::vector<zolotarev_map> steps() const {
        std::vector<zolotarev_map> all;
        for (double l = detail::resolved<T>(least); 1 - l > 5 * double(std::numeric_limits<T>::epsilon()); l = all.back()(l)) {
            const double l2 = l * l, e = std::cbrt(4 * (1 - l) * (1 + l) / (l2 * l2)), root = std::sqrt(1 + e);
            const double a = root + std::sqrt(2 - e + 2 * (2 - l2) / (l2 * root)), b = (a - 1) * (a - 1) / 4, c = a + b - 1;
            all.push_back({.terms = 1, .scale = b / c, .shift = {1 / c}, .weight = {(a - b / c) / b}});
        }
        return all;
    }

    template <device D, class T>
    void operator()(D& d, view<T const> m, view<T> u) const {
        detail::by_maps(d, m, u, detail::resolved<T>(least), steps<T>());
    }
};

}  // namespace isotypic
