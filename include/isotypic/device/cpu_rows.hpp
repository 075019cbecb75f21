// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_tiles.hpp>

/// \file
/// Momentum, unit rows, decay and the step on the CPU, each number through memory once:
///
///     m_i <- k m_i + t g_i,    w_i <- keep w_i - rate f(|m_i|) m_i    for every row i
///
/// Row by row where rows are contiguous: a row of m is still in the first cache when w is written. Where columns
/// are, strips of rows whose m stays in the nearer caches. In both orders 5 numbers an element move: 20 bytes in
/// float. Sums run in double over lanes, or over the columns in their order.
namespace isotypic {
namespace detail {

/// |x| of row i, which lies in one or two panels.
template <class T>
double row_length(double sum, view<T> const* x, index_t panels, index_t i) {
    const index_t cols = x[0].cols;
    return length_of<T>(sum, panels * cols, [&](index_t j) { return j < cols ? x[0](i, j) : x[1](i, j - cols); });
}

/// w <- keep w - rate r m, in T while rate r is far from its limits, else in double and one factor after the other.
template <class T>
struct row_step {
    double rate, keep;
    bool small(double r) const {
        const double s = std::abs(rate * r);
        return s == 0 || (s > 1e2 * double((std::numeric_limits<T>::min)()) && s < 1e-2 * double((std::numeric_limits<T>::max)()));
    }
    T near(T s, T m, T w) const { return T(keep) * w - s * m; }
    T far(double r, T m, T w) const { return T(keep * double(w) - rate * (r * double(m))); }
};

/// The step along a line.
template <class T>
void apply_line(row_step<T> step, double r, index_t n, T const* __restrict m, T* __restrict w) {
    if (step.small(r))
        for (index_t j = 0; j < n; ++j) w[j] = step.near(T(step.rate * r), m[j], w[j]);
    else
        for (index_t j = 0; j < n; ++j) w[j] = step.far(r, m[j], w[j]);
}

/// The step on n rows of `wide` columns.
template <int wide, bool small, class T>
void apply_columns(row_step<T> step, index_t n, double const* __restrict r, T const* m, index_t ldm, T* w, index_t ldw) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
    for (index_t i = 0; i < n; ++i) {
        const T s = T(step.rate * r[i]);
        for (int c = 0; c < wide; ++c) {
            T& x = w[i + c * ldw];
            x = small ? step.near(s, m[i + c * ldm], x) : step.far(r[i], m[i + c * ldm], x);
        }
    }
}

/// The rows [begin, begin + n) of a matrix with contiguous columns; `r` has room for n numbers.
template <class T, class F>
void fused_strip(T k, T t, F const& f, view<T> const* m, view<T const> const* g, view<T> const* w, index_t panels, row_step<T> step,
                 index_t begin, index_t n, double* r) {
    std::fill_n(r, n, 0.0);
    for (index_t p = 0; p < panels; ++p) {
        T* a = m[p].data + begin;
        T const* b = g[p].data + begin;
        const index_t lda = m[p].col_stride, ldb = g[p].col_stride;
        auto ahead = [&](auto wide, index_t i, index_t rows, index_t j) {
            fetch_columns<wide>(rows, a + i + j * lda, lda), fetch_columns<wide>(rows, b + i + j * ldb, ldb);
        };
        for_each_tile(n, m[p].cols, ahead, [&](auto wide, index_t i, index_t rows, index_t j) {
            average_columns<wide>(k, t, squared, rows, a + i + j * lda, lda, b + i + j * ldb, ldb, r + i);
        });
    }
    bool small = true;
    for (index_t i = 0; i < n; ++i) r[i] = f(row_length(r[i], m, panels, begin + i)), small = small && step.small(r[i]);
    for (index_t p = 0; p < panels; ++p) {
        T const* a = m[p].data + begin;
        T* c = w[p].data + begin;
        const index_t lda = m[p].col_stride, ldc = w[p].col_stride;
        auto ahead = [&](auto wide, index_t i, index_t rows, index_t j) { fetch_columns<wide>(rows, c + i + j * ldc, ldc); };
        for_each_tile(n, m[p].cols, ahead, [&](auto wide, index_t i, index_t rows, index_t j) {
            const auto apply = small ? apply_columns<wide, true, T> : apply_columns<wide, false, T>;
            apply(step, rows, r + i, a + i + j * lda, lda, c + i + j * ldc, ldc);
        });
    }
}

}  // namespace detail

/// See the file's comment; f maps |m_i| to a factor. False, with nothing done, where the three blocks have no common
/// contiguous axis.
template <class T, class F>
bool fused_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g, blocks<T> const& w, double rate, double keep) {
    if (!w.size()) return true;
    const bool by_rows = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
    const bool by_columns = m.first.row_stride == 1 && g.first.row_stride == 1 && w.first.row_stride == 1;
    if (!by_rows && !by_columns) return false;
    const index_t rows = w.rows(), cols = w.cols(), panels = w.joined && !w.stacked ? 2 : 1;
    const detail::row_step<T> step{rate, keep};
    auto scope = device.scratch().open();
    double* r = by_rows ? nullptr : device.scratch().template take<double>(rows);
    for (index_t i = 0; i < w.matrices(); i += panels) {
        const view<T> a[2] = {m.matrix(i), m.matrix(i + panels - 1)}, c[2] = {w.matrix(i), w.matrix(i + panels - 1)};
        const view<T const> b[2] = {g.matrix(i), g.matrix(i + panels - 1)};
        if (by_rows)
            detail::for_each_band(device, rows, cols * panels, [&](index_t begin, index_t end) {
                for (index_t x = begin; x < end; ++x) {
                    double sum = 0;
                    for (index_t p = 0; p < panels; ++p)
                        sum += detail::average_line<T>(k, t, detail::squared, cols, a[p].data + x * a[p].row_stride, b[p].data + x * b[p].row_stride);
                    const double s = f(detail::row_length(sum, a, panels, x));
                    for (index_t p = 0; p < panels; ++p)
                        detail::apply_line<T>(step, s, cols, a[p].data + x * a[p].row_stride, c[p].data + x * c[p].row_stride);
                }
            });
        else
            detail::for_each_strip(device, rows, cols, [&](index_t begin, index_t end) {
                detail::fused_strip<T>(k, t, f, a, b, c, panels, step, begin, end - begin, r + begin);
            });
    }
    return true;
}

}  // namespace isotypic
