// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_lanes.hpp>
#include <isotypic/device/cpu_sqrt.hpp>
#include <cmath>

/// \file
/// Cholesky factors and inverses of up to 128 rows on the CPU, eight pivots at a time: what `invert_spd` ends in. Elimination as
/// Cholesky's, so that rounding does to what is left of the matrix what it does there.
namespace isotypic::detail {

// clang does it unasked.
#if defined(__GNUC__) && !defined(__clang__)
#define ISOTYPIC_UNROLL _Pragma("GCC unroll 8")
#else
#define ISOTYPIC_UNROLL
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// A matrix in the making. With s the first of eight pivots K and P the inverse of the Cholesky factor of A_KK, lower:
template <class T, bool Group>
struct pivoting : in_lanes<T, Group> {
    using in = in_lanes<T, Group>;
    using in::n, in::apart, in::at, in::size, in::width, in::step;
    using number = lane_packet<T>;
    T *c, *t;
    number p[8][8];

    pivoting(workspace& w, index_t rows) : in(w, rows), c(w.take<T>(8 * n * width)), t(w.take<T>(8 * n * width)) {}

    /// Where in c and t row i has its eight numbers, `size` apart.
    static constexpr index_t spot(index_t i) { return i / step * 8 * size + i % step * width; }

    /// P; no pivot under `least`.
    void factor(index_t s, number least) {
        using namespace Eigen::internal;
        number y[8][8];
        T const* const first = at(s, s);
        const index_t next = apart;
        ISOTYPIC_UNROLL for (index_t j = 0; j < 8; ++j)
            ISOTYPIC_UNROLL for (index_t i = j; i < 8; ++i) y[i][j] = in::across(first + i * width + j * next);
        ISOTYPIC_UNROLL for (index_t k = 0; k < 8; ++k) {
            const number scale = pdiv(pset1<number>(T(1)), root(pmax(least, y[k][k])));
            ISOTYPIC_UNROLL for (index_t j = 0; j < k; ++j) y[k][j] = pmul(y[k][j], scale);
            y[k][k] = scale;
            ISOTYPIC_UNROLL for (index_t i = k + 1; i < 8; ++i) {
                const number column = pmul(y[i][k], scale), less = pnegate(column);
                y[i][k] = column;
                ISOTYPIC_UNROLL for (index_t j = k + 1; j <= i; ++j) y[i][j] = pmadd(less, y[j][k], y[i][j]);
            }
            ISOTYPIC_UNROLL for (index_t i = k + 1; i < 8; ++i) {
                const number less = pnegate(y[i][k]);
                ISOTYPIC_UNROLL for (index_t j = 0; j < k; ++j) y[i][j] = pmadd(less, y[k][j], y[i][j]);
                y[i][k] = pmul(less, scale);
            }
        }
        ISOTYPIC_UNROLL for (index_t j = 0; j < 8; ++j)
            ISOTYPIC_UNROLL for (index_t i = j; i < 8; ++i) p[i][j] = y[i][j];
    }
    static number root(number v) {
        if constexpr (Group) {
            alignas(64) T lane[size];
            in::put(lane, v);
            sqrt_line(size, lane, lane);
            return in::along(lane);
        } else
            return Eigen::internal::pset1<number>(std::sqrt(Eigen::internal::pfirst(v)));
    }

    /// Rows K of x, before the pivots, as columns of t, or the other way.
    void turn(index_t s, bool back, T* columns) {
        for (index_t i = 0; i < s; i += step)
            for (index_t r = 0; r < 8; r += step) {
                Eigen::internal::PacketBlock<number, int(step)> block;
                for (index_t k = 0; k < step; ++k) block.packet[k] = in::along(back ? columns + spot(i) + (r + k) * size : at(s + r, i + k));
                if constexpr (!Group) Eigen::internal::ptranspose(block);
                for (index_t k = 0; k < step; ++k) in::put(back ? at(s + r, i + k) : columns + spot(i) + (r + k) * size, block.packet[k]);
            }
    }

    /// c_i <- A_iK P', t <- -c, 0 for i in K.
    void project(index_t s) {
        using namespace Eigen::internal;
        turn(s, false, t);
        std::fill_n(t + spot(s), 64 * width, T(0));
        for (index_t i = 0; i < n; i += step) {
            number f[8];
            T *const to = c + spot(i), *const less = t + spot(i);
            T const* from = i < s + 8 ? less : at(i, s);
            const index_t next = i < s + 8 ? size : apart;
            ISOTYPIC_UNROLL for (index_t q = 0; q < 8; ++q) f[q] = in::along(from + q * next);
            ISOTYPIC_UNROLL for (index_t q = 0; q < 8; ++q) {
                number v = pmul(f[0], p[q][0]);
                ISOTYPIC_UNROLL for (index_t r = 1; r < q + 1; ++r) v = pmadd(f[r], p[q][r], v);
                in::put(to + q * size, v), in::put(less + q * size, pnegate(v));
            }
        }
    }

    template <index_t Rows>
    void tile(index_t i, index_t j) {
        T *const to = at(i, j), *left = c + spot(i), *right = t + spot(j);
        const index_t next = apart;
        number y[std::size_t(Rows)][4];
        ISOTYPIC_UNROLL for (index_t k = 0; k < 4; ++k) ISOTYPIC_UNROLL for (index_t r = 0; r < Rows; ++r) y[r][k] = in::along(to + k * next + r * size);
        for (index_t q = 0; q < 8; ++q, left += size, right += size) {
            number v[std::size_t(Rows)];
            ISOTYPIC_UNROLL for (index_t r = 0; r < Rows; ++r) v[r] = in::along(left + r * 8 * size);
            ISOTYPIC_UNROLL for (index_t k = 0; k < 4; ++k) {
                const number f = in::across(right + spot(k));
                ISOTYPIC_UNROLL for (index_t r = 0; r < Rows; ++r) y[r][k] = Eigen::internal::pmadd(v[r], f, y[r][k]);
            }
        }
        ISOTYPIC_UNROLL for (index_t k = 0; k < 4; ++k) ISOTYPIC_UNROLL for (index_t r = 0; r < Rows; ++r) in::put(to + k * next + r * size, y[r][k]);
    }
    /// x_ij <- x_ij + c_i t_j for four columns j and rows from `first` on.
    void update(index_t first, index_t j) {
        index_t i = (std::max)(first, j / step * step);
        for (; i + 3 * step <= n; i += 3 * step) tile<3>(i, j);
        if (i + 2 * step <= n)
            tile<2>(i, j);
        else if (i < n)
            tile<1>(i, j);
    }
};

/// x <- -x^-1 by the symmetric sweep operator, no pivot under `least`: with c = A_iK P'
///
///     A_KK -> -P' P,   A_iK -> c P,   A_ij -> A_ij - c_i c_j'.
template <class T, bool Group>
void sweep(pivoting<T, Group>& x, lane_packet<T> least) {
    using namespace Eigen::internal;
    using number = lane_packet<T>;
    const index_t n = x.n;
    for (index_t s = 0; s < n; s += 8) {
        x.factor(s, least);
        x.project(s);
        for (index_t j = 0; j < n; j += 4)
            if (j / 8 != s / 8) x.update(0, j);
        for (index_t i = 0; i < n; i += x.step) {
            number f[8];
            T const* const from = x.c + x.spot(i);
            T* const to = i < s ? x.t + x.spot(i) : x.at(i, s);
            const index_t next = i < s ? lanes<T> : x.apart;
            ISOTYPIC_UNROLL for (index_t q = 0; q < 8; ++q) f[q] = x.along(from + q * lanes<T>);
            ISOTYPIC_UNROLL for (index_t q = 0; q < 8; ++q) {
                number v = pmul(f[q], x.p[q][q]);
                ISOTYPIC_UNROLL for (index_t r = q + 1; r < 8; ++r) v = pmadd(f[r], x.p[r][q], v);
                x.put(to + q * next, v);
            }
        }
        x.turn(s, true, x.t);
        for (index_t q = 0; q < 8; ++q)
            for (index_t r = q; r < 8; ++r) {
                number v = pmul(x.p[r][q], x.p[r][r]);
                for (index_t k = r + 1; k < 8; ++k) v = pmadd(x.p[k][q], x.p[k][r], v);
                if constexpr (Group)
                    x.put(x.at(s + r, s + q), pnegate(v));
                else
                    *x.at(s + r, s + q) = pfirst(pnegate(v));
            }
    }
}

/// The lower triangle of a <- N, the inverse of its Cholesky factor. Before pivots K the columns hold N, after them what is left of
/// A: with c_i = A_iK P' after and t_j = -P N_Kj before them,
///
///     x_ij -> x_ij + c_i t_j,   N_Kj -> P N_Kj.
template <class T>
void factor_by_pivots(workspace& w, view<T> a, T least) {
    auto scope = w.open();
    pivoting<T, false> x(w, a.rows);
    x.load(blocks<T const>(a));
    for (index_t s = 0; s < x.n; s += 8) {
        x.factor(s, Eigen::internal::pset1<lane_packet<T>>(least));
        x.project(s);
        for (index_t r = 0; r < 8; ++r) {
            for (index_t q = 0; q < 8; ++q) x.t[x.spot(s + r) + q * lanes<T>] = q < r ? T(0) : -Eigen::internal::pfirst(x.p[q][r]);
            // Zero less c_i P is N_iK.
            std::fill(x.at(s, s + r), x.at(0, s + r) + x.n, T(0));
        }
        for (index_t j = 0; j < x.n; j += 4) x.update(s + 8, j);
        x.turn(s, true, x.c);
        for (index_t q = 0; q < 8; ++q)
            for (index_t r = 0; r <= q; ++r) *x.at(s + q, s + r) = Eigen::internal::pfirst(x.p[q][r]);
    }
    for (index_t j = 0; j < a.cols; ++j) std::copy_n(x.at(j, j), a.rows - j, &a(j, j));
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#undef ISOTYPIC_UNROLL

}  // namespace isotypic::detail
