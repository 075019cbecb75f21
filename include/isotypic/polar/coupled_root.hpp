// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <algorithm>
#include <limits>

/// \file
/// The inverse square root of a Gram matrix by products alone, Y -> C^(1/2), Z -> C^(-1/2):
///
///     Y = C / s^2,  Z = I;     R = I - Z Y,   S = p(1) I - (b + 2 c) R + c R^2,   Y <- Y S,   Z <- S Z;     C^(-1/2) = Z / s
///
/// with p(t) = a + b t + c t^2 for a step a x + b x^3 + c x^5, so that S = p(Z Y). For `classic_cubic` S = (3 I - Z Y) / 2, the
/// coupled Newton-Schulz iteration. As an engine U = C^(-1/2) M with C = M M' of the short side (k x k). s^2 = |C|_F: U is
/// `newton_schulz` on M divided by its Schatten-4 norm, which is up to k^(1/4) nearer to sigma_1 than |M|_F.
///
/// All products are symmetric but for rounding, and yet taken in full, 8 k^3 flops a step: replacing Z Y by its symmetric part,
/// as the authors do, multiplies an error between directions of M whose singular values are as 1 to r by
/// |1 - (2 + r + 1/r) / 4| in every step, more than 1 from r = 6 on (derived; in float at a condition of 21 eight steps end at
/// 1e-2 instead of 3e-5).
///
/// Condition: C squares M's, so values below u^(1/2) |M|, 3e-4 in float, lose their relation to M's. Rounding may take an
/// eigenvalue 0 of C to about -u |C|_F, which steps multiply without end; so C + e I is taken, with e = 4 u |C|_F at the least
/// (derived): sigma -> sigma / sqrt(sigma^2 + e), and Z / s is finite for every C, 0 giving 0. The authors (arXiv 2605.18106's
/// code) add an absolute 1e-8 to C, take five steps of Polar Express with a safety of 1.05 and s^2 = 1.02 |C|_F + 1e-8.
namespace isotypic {

/// See the file's comment. `coupled_root{classic_cubic}` is the cubic iteration.
struct coupled_root {
    coefficients set = polar_express;  ///< s^2 = (|C|_F + norm_eps) cushion^2
    double damping = 0;                ///< e = damping tr(C) / k, or what rounding leaves open where that is more

    using commutes_with = symmetry<orthogonal, orthogonal>;
    bool scale_free() const { return set.norm_eps == 0; }

    /// u <- C^(-1/2) m for the Gram matrix C of m's short side; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        if (m.rows > m.cols) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        auto scope = d.scratch().open();
        const double norm = frobenius(d, blocks<T const, S>(m));
        if (!(norm > 0)) return scale(d, 0, blocks<T const, S>(m), blocks<T, S>(u));
        // By a power of two, which rounds nothing.
        const int power = exponent_of(norm);
        const view<T, S> x = dense_like(d.scratch().template take<T>(m.size()), blocks<T const, S>(m)).first;
        scale(d, std::ldexp(1., -power), blocks<T const, S>(m), blocks<T, S>(x));
        const index_t k = m.rows;
        const view<T, S> c(d.scratch().template take<T>(k * k), k, k), z(d.scratch().template take<T>(k * k), k, k);
        multiply_symmetric<T>(d, 1, x, 0, c);
        const double s = steps(d, c, z, std::ldexp(set.norm_eps, -2 * power));
        multiply<T>(d, T(1 / s), z, x, 0, u);
    }

    /// z <- Z, which is returned's multiple of C^(-1/2); overwrites c.
    template <device D, class T, class S>
    double steps(D& d, view<T, S> c, view<T, S> z, double eps) const {
        using block = blocks<T, S>;
        auto scope = d.scratch().open();
        const index_t k = c.rows;
        auto take = [&] { return view<T, S>(d.scratch().template take<T>(k * k), k, k); };
        auto copied = [&](view<T, S> from, view<T, S> to) { copy(d, blocks<T const, S>(from), block(to)); };
        view<T, S> y = c, r = take(), n = take(), t = take(), root = z;
        double trace = 0;
        item_sums(
            d, [](T v) { return double(v); }, &trace, block(view<T, S>(c.data, k, 1, c.row_stride + c.col_stride, 1)));
        const double rounding = 2 * double(std::numeric_limits<T>::epsilon()) * frobenius(d, block(c));
        add_to_diagonal(d, (std::max)(damping * trace / double(k), rounding), c);
        const double norm = (frobenius(d, block(c)) + eps) * set.cushion * set.cushion;
        scale(d, 1 / norm, blocks<T const, S>(c), block(c));
        scale(d, 0, blocks<T const, S>(c), block(z));
        add_to_diagonal(d, 1, z);
        for (int i = 0; i < set.steps; ++i) {
            const quintic q = set.step(i);
            if (i == 0)
                scale(d, -1, blocks<T const, S>(y), block(r));
            else
                multiply<T>(d, -1, root, y, 0, r);
            add_to_diagonal(d, 1, r);
            // S less p(1) I, or the R in place of a multiple of it.
            const double slope = -q.b - 2 * q.c;
            const bool cubic = q.c == 0;
            if (!cubic) copied(r, n), multiply<T>(d, T(q.c), r, r, T(slope), n);
            const view<T, S> by = cubic ? r : n;
            const T times = cubic ? T(slope) : T(1), one = T(q.a + q.b + q.c);
            copied(root, t), multiply<T>(d, times, by, root, one, t);
            std::swap(root, t);
            if (i + 1 == set.steps) break;
            copied(y, t), multiply<T>(d, times, y, by, one, t);
            std::swap(y, t);
        }
        copied(root, z);
        return std::sqrt(norm);
    }
};

/// out <- c^(-1/2), symmetric, for a symmetric positive k x k matrix; out may be c. A factor of 4 in c is one of 1/2 in every bit of out.
template <device D, class T, class S>
void inverse_root(D& d, coupled_root const& engine, view<T const, S> c, view<T, S> out) {
    if (c.rows != c.cols || out.rows != c.rows || out.cols != c.cols)
        throw error("isotypic: the inverse root of a matrix that is " + detail::shape_text(c.rows, c.cols) + " goes to one that is " + detail::shape_text(out.rows, out.cols));
    if (!c.size()) return;
    auto scope = d.scratch().open();
    const double norm = frobenius(d, blocks<T const, S>(c));
    if (!(norm > 0)) return scale(d, 0, blocks<T const, S>(c), blocks<T, S>(out));
    const int exponent = exponent_of(norm), power = exponent - (exponent & 1);
    const index_t k = c.rows;
    const view<T, S> y(d.scratch().template take<T>(k * k), k, k), z(d.scratch().template take<T>(k * k), k, k);
    scale(d, std::ldexp(1., -power), blocks<T const, S>(c), blocks<T, S>(y));
    const double s = engine.steps(d, y, z, std::ldexp(engine.set.norm_eps, -power));
    transform(
        d, [t = std::ldexp(1 / s, -power / 2)](T const& a, T const& b, T& to) { to = T((double(a) + double(b)) / 2 * t); }, blocks<T const, S>(z),
        blocks<T const, S>(z.transposed()), blocks<T, S>(out));
}

}  // namespace isotypic
