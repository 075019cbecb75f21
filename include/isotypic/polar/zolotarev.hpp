// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/zolotarev_map.hpp>
#include <array>
#include <cmath>
#include <limits>

/// \file
/// The polar factor by a best odd rational map of the singular values, through the Gram matrix of the short side:
///
///     A = X X',   s^2 = |A|_F,   U = scale/s (I + sum_j s^2 weight_j (A + s^2 shift_j I)^-1) X      (X is k x n, k <= n)
///
/// s, the Schatten-4 norm, is an invariant upper bound of sigma_1, at most k^(1/4) above it (a row-sum bound would be nearer
/// but depend on the basis). A pass costs (r + 3 n/k) k^3 flops for r terms, five Newton-Schulz steps cost (10 + 20 n/k) k^3.
/// Further passes start from the last one's U, whose singular values lie in [1 - error, 1 + error] where `least` held: their
/// Gram matrix is formed anew, so that orthogonality ends at rounding. Nothing changes sign, and what is smaller than `least`
/// grows by the map's slope and no more.
///
/// Condition: rounding moves sigma^2 by u s^2, so no shift is taken below 16 u, and singular values under 4 sqrt(u) s lose
/// their relation to M's, though not their orthogonality if a second pass follows. r inverses run as tasks.
/// One-shot form: derived from Nakatsukasa and Freund (SIAM Review 58, 2016), whose Zolo-PD is in zolo_pd.hpp.
namespace isotypic {

/// See the file's comment. `zolotarev{best_map(6, 1e-3)}` takes six terms on [1e-3, 1]; a list of maps makes passes.
struct zolotarev {
    /// Up to the first without terms; without any, U = M / |M|_F.
    std::array<zolotarev_map, 4> passes{best_map(4, 1e-3)};

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool shares_threads = true;

    /// u <- the map of m; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        if (m.rows > m.cols) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        int count = 0;
        while (count < int(passes.size()) && passes[std::size_t(count)].terms) ++count;
        const double norm = frobenius(d, blocks<T const, S>(m));
        if (!(norm > 0) || m.rows == 1 || !count) return scale(d, norm > 0 ? std::fmin(1 / norm, 1.7e308) : 0, blocks<T const, S>(m), blocks<T, S>(u));
        auto scope = d.scratch().open();
        auto dense = [&] { return dense_like(d.scratch().template take<T>(m.size()), blocks<T const, S>(m)).first; };
        view<T, S> x = dense(), y = count > 1 ? dense() : x;
        // By a power of two, which rounds nothing.
        scale(d, std::ldexp(1., -exponent_of(norm)), blocks<T const, S>(m), blocks<T, S>(x));
        for (int i = 0; i < count; ++i) {
            pass(d, passes[std::size_t(i)], i ? 1 + passes[std::size_t(i - 1)].error : 0, view<T const, S>(x), i + 1 < count ? y : u);
            std::swap(x, y);
        }
    }

private:
    /// u <- map(x / s); s = 0 stands for the Schatten-4 norm.
    template <device D, class T, class S>
    static void pass(D& d, zolotarev_map const& map, double s, view<T const, S> x, view<T, S> u) {
        using block = blocks<T, S>;
        auto scope = d.scratch().open();
        const index_t k = x.rows;
        constexpr double least_shift = 8 * double(std::numeric_limits<T>::epsilon());
        auto square = [&] { return view<T, S>(d.scratch().template take<T>(k * k), k, k, 1, k); };
        const view<T, S> a = square();
        multiply_symmetric<T>(d, 1, x, 0, a);
        if (s == 0) s = std::sqrt(frobenius(d, blocks<T const, S>(a)));
        std::array<view<T, S>, zolotarev_map::most_terms> p;
        for (int j = 0; j < map.terms; ++j) p[std::size_t(j)] = square();
        auto inverse = [&](index_t j, auto& device) {
            invert_spd<T>(device, a, T(s * s * (std::max)(map.shift[std::size_t(j)], least_shift)), T(s * s), p[std::size_t(j)]);
        };
        // Waking threads costs more than a small inverse.
        if (k < 160)
            for (index_t j = 0; j < map.terms; ++j) inverse(j, d);
        else
            d.for_each_task(map.terms, inverse);
        // h = p_0 + sum_j weight_j / weight_0 p_j + 1 / (s^2 weight_0) I
        auto ratio = [&](int j) { return T(map.weight[std::size_t(j)] / map.weight[0]); };
        const view<T, S> h = p[0];
        int j = 1;
        for (; j + 1 < map.terms; j += 2)
            transform(d, [v = ratio(j), w = ratio(j + 1)](T& to, T const& b, T const& c) { to += v * b + w * c; }, block(h), blocks<T const, S>(p[std::size_t(j)]),
                blocks<T const, S>(p[std::size_t(j + 1)]));
        if (j < map.terms)
            transform(d, [v = ratio(j)](T& to, T const& b) { to += v * b; }, block(h), blocks<T const, S>(p[std::size_t(j)]));
        const double weight = s * s * map.weight[0];
        add_to_diagonal(d, 1 / weight, h);
        multiply<T>(d, T(map.scale / s * weight), h, x, 0, u);
    }
};

}  // namespace isotypic
