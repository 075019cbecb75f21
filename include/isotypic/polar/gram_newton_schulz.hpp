// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <algorithm>
#include <array>
#include <bitset>

/// \file
/// Newton-Schulz on the Gram matrix of the short side: the polynomial of `newton_schulz`, whose steps cost k x k products only,
///
///     A = X X',  Q = I;     Z = b A + c A^2,   Q <- a Q + Q Z,   A <- a P + Z P with P = a A + A Z;     X <- Q X     (X is k x n, k < n)
///
/// All of A, Z, Q, P are polynomials of one symmetric matrix: they commute, and every product of two is symmetric. With T steps,
/// r restarts and n = alpha k that is (4 T + 3 alpha - 3 + 3 (alpha - 1) r) k^3 flops where the plain loop takes
/// (3 alpha + 1) T k^3, so a square block takes the plain loop. `a` is a factor of products and joins a diagonal only in the
/// first step of a segment, where Q is a I + Z.
///
/// Restarts. Rounding moves the eigenvalues of A by about u |A|, so that 0 may become -e (we take e = 4 u; -2 u was seen); while
/// A is carried along, step s multiplies that by a_s^2, and step t then takes a direction that it should multiply by a_t times
///
///     1 + e |b_t / a_t| prod_{s < t} a_s^2        (s from the last restart on)
///
/// A restart forms X <- Q X and its Gram matrix anew. We take the fewest for which e's factor stays below `bound`, and of those
/// placements the one whose largest is smallest. The authors minimise max |Q| for a given number of restarts and e = 4e-4,
/// measured in half precision; both rules restart Polar Express with five steps after the second. Five steps need none in
/// float or double, eight one.
///
/// Condition: the Gram matrix rounds sigma^2, so values below u^(1/2) |M|_F, 3e-4 in float, and directions that M does not have
/// carry an error that `bound` limits: 2e-4 for eight steps in float. Algorithm: Gram Newton-Schulz (Dao-AILab, 2026); rule and
/// bound are derived.
namespace isotypic {

/// Bit i: form the Gram matrix anew before step i, counted from 0. Steps from the 64th on are not looked at and restart each.
/// `noise` is e above for |A| = 1, e.g. 4e-4 in half precision. Where one step alone exceeds the bound, it still is a segment.
inline std::bitset<64> gram_restarts(coefficients const& set, double noise, double bound = 1. / 16) {
    std::array<double, 64> growth{}, share{};
    const int n = (std::min)(set.steps, 64);
    for (int t = 0; t < n; ++t) {
        const quintic q = set.step(t);
        growth[std::size_t(t)] = q.a * q.a, share[std::size_t(t)] = noise * std::fabs(q.b / q.a);
    }
    // What step t adds to 1 after a restart before step i.
    auto off = [&](int i, int t) {
        double f = share[std::size_t(t)];
        for (int s = i; s < t; ++s) f *= growth[std::size_t(s)];
        return f;
    };
    auto within = [&](double most) {
        std::bitset<64> at;
        for (int i = 0, t = 1; t < n; ++t)
            if (off(i, t) > most) at.set(std::size_t(i = t));
        return at;
    };
    const std::size_t fewest = within(bound).count();
    double most = bound;
    for (int i = 0; i < n; ++i)
        for (int t = i; t < n; ++t)
            if (off(i, t) < most && within(off(i, t)).count() <= fewest) most = off(i, t);
    return within(most);
}

/// See the file's comment. `gram_newton_schulz{polar_express_105}` takes the authors' five steps.
struct gram_newton_schulz {
    coefficients set = polar_express;
    double bound = 0;  ///< on what rounding does to a step's factor; 0 stands for 2^18 e: 1/16 in float, 1e-10 in double

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool shares_threads = true;
    static constexpr bool any_device = true;  // batches: newton_schulz_items.hpp
    bool scale_free() const { return set.norm_eps == 0; }

    /// u <- polynomial of m; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        if (m.rows > m.cols) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        auto scope = d.scratch().open();
        iterate(d, u, dense_like(d.scratch().template take<T>(m.size()), blocks<T, S>(u)).first, [&](view<T, S> x) { detail::normalise(d, set, m, x); });
    }
    /// As newton_schulz::iterate.
    template <device D, class X, class Start>
    void iterate(D& d, X x, X y, Start const& start) const {
        using T = typename X::value_type;
        using number = compute<T>;
        using all = blocks<T, typename X::space>;
        const index_t k = detail::height(x);
        if (k == all(x).cols()) return newton_schulz{set}.iterate(d, x, y, start);
        constexpr double noise = 4 * unit_roundoff<T>;
        const auto restarts = gram_restarts(set, noise, bound > 0 ? bound : std::fmin(1. / 16, 262144 * noise));
        auto begins = [&](int i) { return i == 0 || i > 63 || restarts[std::size_t(i)]; };
        // Each segment ends in one product x -> y, the last in what was x first.
        for (int i = 0; i < set.steps; ++i)
            if (begins(i)) std::swap(x, y);
        start(x);
        auto scope = d.scratch().open();
        auto take = [&] { return detail::square_beside(d, x, k); };
        X a = take(), z = take(), q = take(), p = take();
        for (int i = 0; i < set.steps; ++i) {
            const quintic f = set.step(i);
            const bool last = i + 1 == set.steps || begins(i + 1);
            if (begins(i)) multiply_symmetric<T>(d, 1, x, 0, a);
            // Z, or the A in place of a multiple of it.
            const bool cubic = f.c == 0;
            if (!cubic) multiply_symmetric<T>(d, number(f.c), a, a, number(f.b), a, 0, z);
            const X by = cubic ? a : z;
            const number times = cubic ? number(f.b) : number(1);
            if (begins(i)) {
                scale(d, double(times), all(by), all(q));
                add_to_diagonal(d, f.a, q);
            } else {
                multiply_symmetric<T>(d, times, q, by, number(f.a), q, 0, p);
                std::swap(q, p);
            }
            if (!last) {
                multiply_symmetric<T>(d, times, a, by, number(f.a), a, 0, p);
                if (cubic) std::swap(a, z);
                multiply_symmetric<T>(d, times, by, p, number(f.a), p, 0, a);
                continue;
            }
            multiply<T>(d, 1, q, x, 0, y);
            std::swap(x, y);
        }
    }
};

}  // namespace isotypic
