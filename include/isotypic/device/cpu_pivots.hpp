// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_symmetric.hpp>
#include <cmath>

/// \file
/// Cholesky factors and inverses of up to 128 rows on the CPU, four pivots at a time in tiles of eight rows: what
/// `invert_spd` ends in. Elimination as Cholesky's, so that rounding does to what is left of the matrix what it does there.
namespace isotypic::detail {

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
    void times(index_t first, T* from, T const (&p)[4][4], T* to) {
        for (index_t i = first; i < n; i += 8) {
            const eight f0 = at(from + i), f1 = at(from + n + i), f2 = at(from + 2 * n + i), f3 = at(from + 3 * n + i);
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

}  // namespace isotypic::detail
