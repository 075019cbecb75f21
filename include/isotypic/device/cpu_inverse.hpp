// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <cmath>
#include <limits>

/// \file
/// The inverse of a symmetric positive definite matrix on the CPU, in little more than n^3 flops that are nearly all
/// products. Well-conditioned matrices by halves: with P = A11^-1, W = A21 P and Q = (A22 - W A12)^-1
///
///     A^-1 = [ P + W' Q W,  -W' Q;  -Q W,  Q ]
///
/// Others, whose A22 - W A12 would be lost in rounding, by their Cholesky factor: with A = L L' and N = L^-1
///
///     L21 = A21 N11',   N22 from A22 - L21 L21',   N21 = -N22 L21 N11,   A^-1 = N' N
///
/// for a third more flops. Up to 128 rows four pivots at a time. The error is about u times the condition.
namespace isotypic {
namespace detail {

/// A symmetric matrix of up to 128 rows in the making: columns of a multiple of eight, padded by the identity, of which the
/// lower triangle counts, and four more columns.
template <class T>
struct tiles {
    using eight = Eigen::Array<T, 8, 1>;
    index_t n;
    T *x, *c, *t;

    tiles(workspace& w, view<T const> a) : n((a.rows + 7) / 8 * 8), x(w.take<T>(n * n)), c(w.take<T>(4 * n)), t(w.take<T>(4 * n)) {
        for (index_t j = 0; j < n; ++j)
            for (index_t i = j; i < n; ++i) x[i + j * n] = i < a.rows ? a(i, j) : T(i == j);
    }
    static auto at(T* p) { return Eigen::Map<eight, Eigen::Aligned32>(p); }
    T& operator()(index_t i, index_t j) { return x[i + j * n]; }

    /// to <- from p for the rows from `first` on of four columns each.
    void times(index_t first, T const* from, T const (&p)[4][4], T* to) {
        for (index_t i = first; i < n; i += 8) {
            T* f = const_cast<T*>(from) + i;
            const eight f0 = at(f), f1 = at(f + n), f2 = at(f + 2 * n), f3 = at(f + 3 * n);
            for (index_t q = 0; q < 4; ++q) at(to + q * n + i) = f0 * p[0][q] + f1 * p[1][q] + f2 * p[2][q] + f3 * p[3][q];
        }
    }
    /// x_ij -= sum_q c_iq t_jq for rows from `first` on and four columns j.
    void subtract(index_t first, index_t j) {
        T v[4][4];
        for (index_t q = 0; q < 4; ++q) std::copy_n(t + q * n + j, 4, v[q]);
        for (index_t i = (std::max)(first, j / 8 * 8); i < n; i += 8) {
            const eight c0 = at(c + i), c1 = at(c + n + i), c2 = at(c + 2 * n + i), c3 = at(c + 3 * n + i);
            for (index_t r = 0; r < 4; ++r) {
                eight y = at(x + (j + r) * n + i);
                y -= c0 * v[0][r], y -= c1 * v[1][r], y -= c2 * v[2][r], y -= c3 * v[3][r];
                at(x + (j + r) * n + i) = y;
            }
        }
    }
};

/// The inverse of the Cholesky factor of the four pivots at s, lower, zeros above; no pivot under `least`.
template <class T>
void factor_pivots(tiles<T>& x, index_t s, T least, T (&p)[4][4]) {
    for (index_t i = 0; i < 4; ++i)
        for (index_t j = 0; j < 4; ++j) p[i][j] = j > i ? T(0) : x(s + i, s + j);
    for (index_t k = 0; k < 4; ++k) {
        const T scale = 1 / std::sqrt((std::max)(least, p[k][k]));
        T column[4];
        for (index_t i = k + 1; i < 4; ++i) column[i] = p[i][k] * scale, p[i][k] = 0;
        for (index_t i = k + 1; i < 4; ++i)
            for (index_t j = k + 1; j <= i; ++j) p[i][j] -= column[i] * column[j];
        for (index_t j = 0; j < k; ++j) p[k][j] *= scale;
        p[k][k] = scale;
        for (index_t i = k + 1; i < 4; ++i)
            for (index_t j = 0; j <= k; ++j) p[i][j] -= column[i] * p[k][j];
    }
}

/// The lower triangle of a <- N. Before pivots K the columns hold N, after them what is left of A: with P = N_KK
///
///     A_iK -> c_i = A_iK P',   N_Kj -> P N_Kj,   x_ij -> x_ij - c_i N_Kj (j < K),   x_ij -> x_ij - c_i c_j' (j > K).
template <class T>
void factor_by_pivots(workspace& w, view<T> a, T least) {
    auto scope = w.open();
    tiles<T> x(w, a);
    const index_t n = x.n;
    for (index_t s = 0; s < n; s += 4) {
        T p[4][4], transposed[4][4];
        factor_pivots(x, s, least, p);
        for (index_t i = 0; i < 16; ++i) transposed[i % 4][i / 4] = p[i / 4][i % 4];
        const index_t first = s / 8 * 8;
        x.times(first, &x(0, s), transposed, x.c);
        for (index_t q = 0; q < 4; ++q) {
            T *c = x.c + q * n, *t = x.t + q * n;
            std::fill(c + first, c + s + 4, T(0));
            for (index_t j = 0; j < s; ++j) t[j] = p[q][0] * x(s, j) + p[q][1] * x(s + 1, j) + p[q][2] * x(s + 2, j) + p[q][3] * x(s + 3, j);
            std::copy_n(p[q], 4, t + s);
            std::copy(c + s + 4, c + n, t + s + 4);
            // Zero less c_i P is N_iK.
            std::fill(&x(s, s + q), &x(0, s + q) + n, T(0));
        }
        for (index_t j = 0; j < n; j += 4) x.subtract(first, j);
        for (index_t j = 0; j < s + 4; ++j)
            for (index_t q = 0; q < 4; ++q) x(s + q, j) = x.t[q * n + j];
    }
    for (index_t j = 0; j < a.cols; ++j) std::copy_n(&x(j, j), a.rows - j, &a(j, j));
}

/// x <- (a + shift I)^-1 by the symmetric sweep operator at pivots K: with N of A_KK and c = A_iK N'
///
///     A_KK -> -N' N,   A_iK -> c N,   A_ij -> A_ij - c_i c_j';   when all are swept, -A^-1.
template <class T>
void invert_by_sweeps(workspace& w, view<T const> a, T shift, view<T> to) {
    auto scope = w.open();
    tiles<T> x(w, a);
    const index_t n = x.n;
    for (index_t i = 0; i < a.rows; ++i) x(i, i) += shift;
    for (index_t s = 0; s < n; s += 4) {
        T p[4][4], transposed[4][4];
        factor_pivots(x, s, shift, p);
        for (index_t i = 0; i < 16; ++i) transposed[i % 4][i / 4] = p[i / 4][i % 4];
        for (index_t q = 0; q < 4; ++q) {
            T* t = x.t + q * n;
            for (index_t i = 0; i < s; ++i) t[i] = x(s + q, i);
            std::fill_n(t + s, 4, T(0));
            std::copy(&x(s, s + q) + 4, &x(0, s + q) + n, t + s + 4);
        }
        x.times(0, x.t, transposed, x.c);
        std::copy_n(x.c, 4 * n, x.t);
        for (index_t j = 0; j < n; j += 4)
            if (j != s) x.subtract(0, j);
        x.times(0, x.c, p, x.t);
        for (index_t q = 0; q < 4; ++q) {
            T* t = x.t + q * n;
            for (index_t i = 0; i < s; ++i) x(s + q, i) = t[i];
            for (index_t r = q; r < 4; ++r) {
                x(s + r, s + q) = 0;
                for (index_t k = r; k < 4; ++k) x(s + r, s + q) -= p[k][q] * p[k][r];
            }
            std::copy(t + s + 4, t + n, &x(s, s + q) + 4);
        }
    }
    for (index_t j = 0; j < to.cols; ++j)
        for (index_t i = j; i < to.rows; ++i) to(i, j) = -x(i, j);
    mirror_rows(to, 0, to.rows);
}

/// Rows or columns of a triangular factor that are multiplied at once: what lies above the diagonal costs half of it.
inline constexpr index_t panel = 128;

/// The lower triangle of a <- N; above it are zeros, before and after.
template <class T>
void factor(cpu& device, view<T> a, T least) {
    const index_t n = a.rows, h = (n / 2 + 15) / 16 * 16, rest = n - h;
    if (n <= 128) return factor_by_pivots<T>(device.scratch(), a, least);
    auto scope = device.scratch().open();
    const view<T> n11 = a.part(0, 0, h, h), n22 = a.part(h, h, rest, rest), below = a.part(h, 0, rest, h);
    auto take = [&] { return view<T>(device.scratch().template take<T>(h * rest), rest, h, 1, rest); };
    const view<T> l21 = take(), w = take();
    factor<T>(device, n11, least);
    for (index_t j = 0; j < h; j += panel) {
        const index_t k = (std::min)(panel, h - j);
        multiply<T>(device, 1, below.part(0, 0, rest, j + k), n11.part(j, 0, k, j + k).transposed(), 0, l21.part(0, j, rest, k));
    }
    multiply_triangle<T>(device, -1, l21, view<T const>(l21).transposed(), 1, n22, false);
    for (index_t j = 1; j < rest; ++j) std::fill_n(&n22(0, j), j, T(0));
    factor<T>(device, n22, least);
    for (index_t j = 0; j < h; j += panel) {
        const index_t k = (std::min)(panel, h - j);
        multiply<T>(device, 1, l21.part(0, j, rest, h - j), n11.part(j, j, h - j, k), 0, w.part(0, j, rest, k));
    }
    for (index_t i = 0; i < rest; i += panel) {
        const index_t k = (std::min)(panel, rest - i);
        multiply<T>(device, -1, n22.part(i, 0, k, i + k), w.part(0, 0, i + k, h), 0, below.part(i, 0, k, h));
    }
}

/// x <- x^-1 by halves; x holds both triangles.
template <class T>
void invert_by_halves(cpu& device, view<T> x) {
    const index_t n = x.rows, h = n / 32 * 16, rest = n - h;
    if (n <= 128) return invert_by_sweeps<T>(device.scratch(), x, 0, x);
    auto scope = device.scratch().open();
    const view<T> p = x.part(0, 0, h, h), q = x.part(h, h, rest, rest), below = x.part(h, 0, rest, h);
    const view<T> w(device.scratch().template take<T>(h * rest), rest, h, 1, rest);
    invert_by_halves(device, p);
    multiply<T>(device, 1, below, p, 0, w);
    multiply_symmetric<T>(device, -1, w, x.part(0, h, h, rest), 1, q);
    invert_by_halves(device, q);
    multiply<T>(device, -1, q, w, 0, below);
    multiply_symmetric<T>(device, -1, w.transposed(), below, 1, p);
    mirror_rows(x, h, n);
}

}  // namespace detail

/// x <- (a + shift I)^-1 for a symmetric a with eigenvalues from 0 to `largest` and a shift > 0: pivots that rounding took below
/// the shift are put back. x does not overlap a; both have contiguous columns.
template <class T>
void invert_spd(cpu& device, view<T const> a, std::type_identity_t<T> shift, std::type_identity_t<T> largest, view<T> x) {
    const index_t n = a.rows;
    if (n <= 128) return detail::invert_by_sweeps<T>(device.scratch(), a, shift, x);
    // A22 - W A12 is off by about u condition^2 of its smallest eigenvalue.
    const bool well = largest * std::sqrt(8 * std::numeric_limits<T>::epsilon()) <= shift;
    auto scope = device.scratch().open();
    const view<T> f = well ? x : view<T>(device.scratch().template take<T>(n * n), n, n, 1, n);
    for (index_t j = 0; j < n; ++j) {
        for (index_t i = 0; i < n; ++i) f(i, j) = well || i >= j ? a(i, j) : T(0);
        f(j, j) += shift;
    }
    if (well) return detail::invert_by_halves(device, x);
    detail::factor<T>(device, f, shift);
    // The last rows of N touch all of x, the first ones its corner.
    for (index_t end = n; end > 0;) {
        const index_t begin = (end - 1) / detail::panel * detail::panel;
        const view<T const> rows = f.part(begin, 0, end - begin, end);
        detail::multiply_triangle<T>(device, 1, rows.transposed(), rows, T(end < n), x.part(0, 0, end, end), false);
        end = begin;
    }
    detail::mirror_rows(x, 0, n);
}

}  // namespace isotypic
