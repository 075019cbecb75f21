// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/rational.hpp>

/// \file
/// The polar factor by two rational maps of high degree (Zolo-PD):
///
///     X <- f(X),  twice,     X_0 = M / |M|_F,     f(x) = scale x (1 + sum_j weight_j / (x^2 + shift_j)),   j < r
///
/// Each f is Zolotarev's best of its degree 2 r + 1 on [l, 1], scaled to f(1) = 1, as the authors do: the second then starts
/// from [f(l), 1]. What QDWH does in six steps one after the other, r <= 8 decompositions side by side do in two: the
/// terms are tasks of the device, and their sum has one order, so that threads change no bit. Most of the first map goes
/// by QR, the second by Cholesky. Works in the block's own type, with the accuracy, the condition limit and the treatment of
/// short rank of `qdwh`.
///
/// Nakatsukasa and Freund, Computing fundamental matrix decompositions accurately via the matrix sign function in two
/// iterations (SIAM Review 58, 2016); a fixed bound in place of their estimate of the condition, and float, are ours.
/// Allocates, and includes Eigen's decompositions: isotypic.hpp does not bring it.
namespace isotypic {

/// See the file's comment. `polar<zolo_pd>{}` is a part, `spectral<zolo_pd>{}` a norm.
struct zolo_pd {
    /// A lower bound of s_n / |M|_F, which saves terms; the rounding of the block's type where that is more. Values under it
    /// go part of the way.
    double least = 0;

    using commutes_with = symmetry<orthogonal, orthogonal>;

    /// The two maps, with as few terms as bring [least, 1] to 1 in T. An error e on [l, 1] becomes 4 (e/4)^(2 r + 1)
    /// (derived): for double, 2 terms to a condition of 7, 3 to 160, 4 to 1.1e4, 5 to 2e6, 6 to 1e9, 7 to 3e12, the
    /// authors' table; for float, 1 to 3.3, 2 to 310, 3 to 3.4e5, then 4.
    template <class T>
    std::array<zolotarev_map, 2> maps() const {
        const double l = detail::resolved<T>(least);
        zolotarev_map first;
        for (int r = 1; r <= zolotarev_map::most_terms; ++r) {
            first = best_map(r, l);
            if (4 * std::pow(first.error / 4, 2 * r + 1) <= double(std::numeric_limits<T>::epsilon())) break;
        }
        first.scale /= first(1);
        zolotarev_map second = best_map(first.terms, std::fmin(1., first(l)));
        second.scale /= second(1);
        return {first, second};
    }

    template <device D, class T>
    void operator()(D& d, view<T const> m, view<T> u) const {
        detail::by_maps(d, m, u, detail::resolved<T>(least), maps<T>());
    }
};

}  // namespace isotypic
