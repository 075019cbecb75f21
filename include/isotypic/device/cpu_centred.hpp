// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_rows.hpp>
#include <isotypic/device/cpu_sums.hpp>

/// \file
/// Momentum, unit rows up to a shared row, decay and the step on the CPU in three sweeps:
///
///     m_i <- k m_i + t g_i                                     c = mean of m_i          12 bytes an element in float
///     s_i = f(|m_i - c|)                                       d = mean of s_i (m_i - c)     4
///     w_i <- keep w_i - rate (s_i (m_i - c) - d) + b                                    12
///
/// with b = 0, or (1 - keep) times the mean of the w_i, one sweep of 4 bytes more. Everything after m is taken in double
/// and rounded once. Sums run over lanes, bands and strips fixed by the shape.
namespace isotypic {
namespace detail {

/// One matrix with contiguous rows or columns, and the numbers that belong to its rows and columns.
template <class T>
struct centred_block {
    view<T> m;
    view<T const> g;
    view<T> w;
    double *c, *d, *b;  ///< means of m's columns; means of the scaled columns; what the decay leaves of w's means
    double *s, *part;   ///< factors of the rows; sums of columns over `height(...)` rows at a time

    /// Rows whose sums of columns are taken together.
    static index_t height(bool by_rows, index_t cols) { return by_rows ? (std::max)(index_t{64}, 8 * grain / (std::max)(index_t{1}, cols)) : 1024; }

    double centred(index_t i, index_t j) const { return double(m(i, j)) - c[j]; }
};

/// f(begin, end, sums) over parts of the rows; out_j = mean over the rows of what the parts' sums hold for column j.
template <class T, class F>
void mean_of_parts(cpu& device, centred_block<T> const& x, index_t high, double* out, F const& f) {
    const index_t rows = x.m.rows, cols = x.m.cols, parts = (rows + high - 1) / high;
    for_each_part(device, parts, rows * cols, [&](index_t p) {
        std::fill_n(x.part + p * cols, cols, 0.0);
        f(p * high, (std::min)(rows, (p + 1) * high), x.part + p * cols);
    });
    std::fill_n(out, cols, 0.0);
    for (index_t p = 0; p < parts; ++p)
        for (index_t j = 0; j < cols; ++j) out[j] += x.part[p * cols + j];
    for (index_t j = 0; j < cols; ++j) out[j] /= double(rows);
}

template <class T, class F>
void centred_by_rows(cpu& device, T k, T t, F const& f, centred_block<T> const& x, double rate, double keep, bool horizontal) {
    const index_t rows = x.m.rows, cols = x.m.cols, high = x.height(true, cols);
    double const *c = x.c, *d = x.d, *b = x.b;
    if (horizontal)
        mean_of_parts(device, x, high, x.b, [&](index_t begin, index_t end, double* __restrict sum) {
            for (index_t i = begin; i < end; ++i)
                for (index_t j = 0; j < cols; ++j) sum[j] += (1 - keep) * double(x.w(i, j));
        });
    mean_of_parts(device, x, high, x.c, [&](index_t begin, index_t end, double* sum) {
        index_t i = begin;
        for (; i + 4 <= end; i += 4)
            average_columns<4>(k, t, [](double v) { return v; }, cols, &x.m(i, 0), x.m.row_stride, &x.g(i, 0), x.g.row_stride, sum);
        for (; i < end; ++i)
            average_columns<1>(k, t, [](double v) { return v; }, cols, &x.m(i, 0), x.m.row_stride, &x.g(i, 0), x.g.row_stride, sum);
    });
    mean_of_parts(device, x, high, x.d, [&](index_t begin, index_t end, double* __restrict sum) {
        for (index_t i = begin; i < end; ++i) {
            T const* m = &x.m(i, 0);
            const double squares = line_sum([](T v, double mean) { return (double(v) - mean) * (double(v) - mean); }, true, cols, std::pair(m, index_t{1}), std::pair(c, index_t{1}));
            const double s = f(length_of<T>(squares, cols, [&](index_t j) { return x.centred(i, j); }));
            for (index_t j = 0; j < cols; ++j) sum[j] += s * (double(m[j]) - c[j]);
            x.s[i] = s;
        }
    });
    for_each_band(device, rows, cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i)
            visit_line([=, s = x.s[i]](T& w, T m, double mean, double drift, double shared) {
                w = T(keep * double(w) - rate * (s * (double(m) - mean) - drift) + shared);
            }, true, cols, std::pair(&x.w(i, 0), index_t{1}), std::pair(&x.m(i, 0), index_t{1}), std::pair(c, index_t{1}), std::pair(d, index_t{1}), std::pair(b, index_t{1}));
    });
}

template <class T, class F>
void centred_by_columns(cpu& device, T k, T t, F const& f, centred_block<T> const& x, double rate, double keep, bool horizontal) {
    const index_t rows = x.m.rows, cols = x.m.cols;
    if (horizontal)
        for_each_band(device, cols, rows, [&](index_t begin, index_t end) {
            for (index_t j = begin; j < end; ++j)
                x.b[j] = (1 - keep) / double(rows) * line_sum([](T v) { return double(v); }, true, rows, std::pair(&x.w(0, j), index_t{1}));
        });
    for_each_band(device, cols, rows, [&](index_t begin, index_t end) {
        for (index_t j = begin; j < end; ++j) x.c[j] = average_line<T>(k, t, [](double v) { return v; }, rows, &x.m(0, j), &x.g(0, j)) / double(rows);
    });
    mean_of_parts(device, x, x.height(false, cols), x.d, [&](index_t begin, index_t end, double* sum) {
        const index_t n = end - begin;
        double* s = x.s + begin;
        std::fill_n(s, n, 0.0);
        auto ahead = [&](auto wide, index_t i, index_t high, index_t j) { fetch_columns<wide>(high, &std::as_const(x.m)(begin + i, j), x.m.col_stride); };
        for_each_tile(n, cols, ahead, [&](auto wide, index_t i, index_t high, index_t j) {
            T const* m = &x.m(begin + i, j);
            double* __restrict r = s + i;
            for (index_t l = 0; l < high; ++l) {
                double squares = r[l];
                for (int q = 0; q < wide; ++q) {
                    const double v = double(m[l + q * x.m.col_stride]) - x.c[j + q];
                    squares += v * v;
                }
                r[l] = squares;
            }
        });
        for (index_t i = 0; i < n; ++i) s[i] = f(length_of<T>(s[i], cols, [&](index_t j) { return x.centred(begin + i, j); }));
        for (index_t j = 0; j < cols; ++j)
            sum[j] = line_sum([c = x.c[j]](T v, double r) { return r * (double(v) - c); }, true, n, std::pair(&x.m(begin, j), index_t{1}), std::pair(s, index_t{1}));
    });
    // Long runs of a column at a time; the factors of so many rows stay in the second cache.
    const index_t high = (std::min)(rows, index_t{16384}), wide = (std::max)(index_t{1}, 4 * grain / high), strips = (rows + high - 1) / high;
    for_each_part(device, strips * ((cols + wide - 1) / wide), rows * cols, [&](index_t p) {
        const index_t i = p % strips * high, first = p / strips * wide;
        for (index_t j = first; j < (std::min)(cols, first + wide); ++j)
            visit_line([=, c = x.c[j], d = x.d[j], shared = x.b[j]](T& w, T m, double s) {
                w = T(keep * double(w) - rate * (s * (double(m) - c) - d) + shared);
            }, true, (std::min)(high, rows - i), std::pair(&x.w(i, j), index_t{1}), std::pair(&x.m(i, j), index_t{1}), std::pair(x.s + i, index_t{1}));
    });
}

}  // namespace detail

/// See the file's comment; f maps |m_i - c| to a factor, `horizontal` decays the weights about their mean. Items of a batch
/// each have their own means. False, with nothing done, for joined pairs and where the three blocks have no common contiguous axis.
template <class T, class F>
bool fused_centred_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g, blocks<T> const& w, double rate, double keep, bool horizontal) {
    if (!w.size()) return true;
    const bool by_rows = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
    const bool by_columns = m.first.row_stride == 1 && g.first.row_stride == 1 && w.first.row_stride == 1;
    if (w.joined || (!by_rows && !by_columns)) return false;
    const index_t rows = w.rows(), cols = w.cols(), high = detail::centred_block<T>::height(by_rows, cols);
    auto scope = device.scratch().open();
    auto take = [&](index_t n) { return device.scratch().template take<double>(n); };
    double *c = take(cols), *d = take(cols), *b = take(cols), *s = take(rows), *part = take((rows + high - 1) / high * cols);
    for (index_t i = 0; i < w.count; ++i) {
        const detail::centred_block<T> x{m.matrix(i), g.matrix(i), w.matrix(i), c, d, b, s, part};
        std::fill_n(b, cols, 0.0);
        if (by_rows)
            detail::centred_by_rows<T>(device, k, t, f, x, rate, keep, horizontal);
        else
            detail::centred_by_columns<T>(device, k, t, f, x, rate, keep, horizontal);
    }
    return true;
}

}  // namespace isotypic
