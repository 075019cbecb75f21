// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
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
    static constexpr bool any_device = true;  // by zolotarev_items.hpp
    static constexpr bool shares_threads = true;
    static constexpr index_t together = 8;  ///< matrices in one call: small inverses share a CPU's packets

    /// u <- the map of m; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        (*this)(d, blocks<T const, S>(m), blocks<T, S>(u));
    }

    /// The same for up to eight matrices, each by itself.
    template <device D, class T, class S>
    void operator()(D& d, blocks<T const, S> m, blocks<T, S> u) const {
        if (m.rows() > m.cols()) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        int count = 0;
        while (count < int(passes.size()) && passes[std::size_t(count)].terms) ++count;
        auto scope = d.scratch().open();
        auto dense = [&] { return dense_like(d.scratch().template take<T>(m.size()), m); };
        blocks<T, S> x = dense(), y = count > 1 ? dense() : x;
        for (index_t k = 0; k < m.count; ++k) {
            const double size = frobenius(d, item(m, k));
            if (size > 0 && m.rows() > 1 && count) {
                // By a power of two, which rounds nothing.
                scale(d, std::ldexp(1., -exponent_of(size)), item(m, k), item(x, k));
                continue;
            }
            if (m.count == 1) return detail::normalise(d, coefficients{}, m.first, u.first);
            for (index_t i = 0; i < m.count; ++i) (*this)(d, item(m, i), item(u, i));
            return;
        }
        for (int i = 0; i < count; ++i) {
            pass(d, passes[std::size_t(i)], i ? 1 + passes[std::size_t(i - 1)].error : 0, blocks<T const, S>(x), i + 1 < count ? y : u);
            std::swap(x, y);
        }
    }

private:
    using numbers = std::array<double, std::size_t(together)>;

    /// u <- map(x / s); s = 0 stands for the Schatten-4 norm.
    template <device D, class T, class S>
    static void pass(D& d, zolotarev_map const& map, double s, blocks<T const, S> x, blocks<T, S> u) {
        auto scope = d.scratch().open();
        const index_t k = x.rows();
        auto squares = [&] { return blocks<T, S>(view<T, S>(d.scratch().template take<T>(x.count * k * k), k, k, 1, k), x.count, k * k); };
        const blocks<T, S> a = squares(), h = squares();
        numbers norm{};
        for (index_t i = 0; i < x.count; ++i) {
            multiply_symmetric<T>(d, 1, x.panel(i), 0, a.panel(i));
            norm[std::size_t(i)] = s != 0 ? s : std::sqrt(frobenius(d, blocks<T const, S>(a.panel(i))));
        }
        resolvents(d, map, norm, blocks<T const, S>(a), h);
        for (index_t i = 0; i < x.count; ++i)
            multiply<T>(d, T(map.scale * norm[std::size_t(i)] * map.weight[0]), x.first.row_stride == 1 ? h.panel(i) : h.panel(i).transposed(), x.panel(i), 0, u.panel(i));
    }

    /// h <- 1 / (s^2 weight_0) I + sum_j weight_j / weight_0 (a + s^2 shift_j I)^-1
    template <device D, class T, class S>
    static void resolvents(D& d, zolotarev_map const& map, numbers const& s, blocks<T const, S> a, blocks<T, S> h) {
        constexpr double least_shift = 8 * double(std::numeric_limits<T>::epsilon());
        auto shift = [&](index_t j, index_t k) { return T(s[std::size_t(k)] * s[std::size_t(k)] * (std::max)(map.shift[std::size_t(j)], least_shift)); };
        auto rest = [&](index_t k) { return 1 / (s[std::size_t(k)] * s[std::size_t(k)] * map.weight[0]); };
        auto weight = [&](index_t j) { return T(map.weight[std::size_t(j)] / map.weight[0]); };
        if constexpr (requires { sum_inverses(d, a, map.terms, weight, shift, rest, h); })
            if (a.rows() <= 128) return sum_inverses(d, a, map.terms, weight, shift, rest, h);
        const index_t k = a.rows();
        for (index_t i = 0; i < a.count; ++i) {
            auto scope = d.scratch().open();
            std::array<view<T, S>, zolotarev_map::most_terms> p{h.panel(i)};
            for (int j = 1; j < map.terms; ++j) p[std::size_t(j)] = view<T, S>(d.scratch().template take<T>(k * k), k, k, 1, k);
            auto inverse = [&](index_t j, auto& device) {
                invert_spd<T>(device, a.panel(i), shift(j, i), T(s[std::size_t(i)] * s[std::size_t(i)]), p[std::size_t(j)]);
            };
            // Waking threads costs more than a small inverse.
            if (k < 160)
                for (index_t j = 0; j < map.terms; ++j) inverse(j, d);
            else
                d.for_each_task(map.terms, inverse);
            int j = 1;
            for (; j + 1 < map.terms; j += 2)
                transform(d, [v = weight(j), w = weight(j + 1)](T& to, T const& b, T const& c) { to += v * b + w * c; }, blocks<T, S>(p[0]),
                    blocks<T const, S>(p[std::size_t(j)]), blocks<T const, S>(p[std::size_t(j + 1)]));
            if (j < map.terms)
                transform(d, [v = weight(j)](T& to, T const& b) { to += v * b; }, blocks<T, S>(p[0]), blocks<T const, S>(p[std::size_t(j)]));
            add_to_diagonal(d, rest(i), p[0]);
        }
    }
};

}  // namespace isotypic
