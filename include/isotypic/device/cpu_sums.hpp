// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>

/// \file
/// Sums on the CPU: one number a row, or one an item. Each is taken in double over eight lanes and
/// fixed chunks, then in the order of the chunks, so the bits depend on shape and layout alone.
namespace isotypic {
namespace detail {

/// Sum of f(x...) along a line.
template <class F, class... T>
double line_sum(F const& f, bool unit, index_t n, std::pair<T*, index_t>... x) {
    double lane[8] = {};
    index_t j = 0;
    if (unit)
        for (; j + 8 <= n; j += 8)
            for (index_t l = 0; l < 8; ++l) lane[l] += f(x.first[j + l]...);
    else
        for (; j + 8 <= n; j += 8)
            for (index_t l = 0; l < 8; ++l) lane[l] += f(x.first[(j + l) * x.second]...);
    for (index_t l = 0; j < n; ++j, ++l) lane[l] += f(x.first[j * x.second]...);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/// Row sums of a matrix whose columns are contiguous: strips of rows, chunks of columns, added in order.
template <class F, class T>
void sum_across(cpu& device, F const& f, view<T> x, double* out) {
    constexpr index_t strip = 512, chunk = 4096;
    const index_t strips = (x.rows + strip - 1) / strip, chunks = (x.cols + chunk - 1) / chunk;
    auto scope = device.scratch().open();
    double* part = device.scratch().take<double>(chunks * x.rows);
    for_each_part(device, strips * chunks, x.rows * x.cols, [&](index_t k) {
        const index_t i = k % strips * strip, c = k / strips, m = (std::min)(strip, x.rows - i);
        double* sum = part + c * x.rows + i;
        std::fill_n(sum, m, 0.0);
        for (index_t j = c * chunk; j < (std::min)(x.cols, (c + 1) * chunk); ++j) {
            T const* column = x.data + i + j * x.col_stride;
            for (index_t l = 0; l < m; ++l) sum[l] += f(column[l]);
        }
    });
    for (index_t c = 0; c < chunks; ++c)
        for (index_t i = 0; i < x.rows; ++i) out[i] += part[c * x.rows + i];
}

template <class F, class T>
void sum_rows(cpu& device, F const& f, view<T> x, double* out) {
    if (x.col_stride != 1 && x.row_stride == 1) return sum_across(device, f, x, out);
    for_each_band(device, x.rows, x.cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i)
            out[i] += line_sum(f, x.col_stride == 1, x.cols, std::pair(x.data + i * x.row_stride, x.col_stride));
    });
}

/// Sum of f(x...) over one matrix.
template <class F, class... T>
double sum_matrix(cpu& device, F const& f, index_t rows, index_t cols, view<T>... x) {
    const bool unit = ((x.col_stride == 1) && ...);
    if (!unit && ((x.row_stride == 1) && ...)) return sum_matrix(device, f, cols, rows, x.transposed()...);
    auto scope = device.scratch().open();
    double* part = device.scratch().take<double>(rows);
    for_each_band(device, rows, cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i)
            part[i] = line_sum(f, unit, cols, std::pair(x.data + i * x.row_stride, x.col_stride)...);
    });
    return line_sum([](double v) { return v; }, true, rows, std::pair(part, index_t{1}));
}

}  // namespace detail

/// out_i = sum over row i of f(x_ij), in double; `out` as in `row_offset`.
template <class F, class T>
void row_sums(cpu& device, F const& f, blocks<T> const& x, double* out) {
    std::fill_n(out, row_count(x), 0.0);
    if (!x.size()) return;
    for (index_t i = 0; i < x.matrices(); ++i) detail::sum_rows(device, f, x.matrix(i), out + row_offset(x, i));
}

/// out_k = sum over item k of f(x_ij...), in double.
template <class F, class... T>
void item_sums(cpu& device, F const& f, double* out, blocks<T> const&... x) {
    auto const& like = detail::first_of(x...);
    for (index_t k = 0; k < like.count; ++k) {
        out[k] = 0;
        if (!like.size()) continue;
        for (index_t p = 0; p < like.panels(); ++p)
            out[k] += detail::sum_matrix(device, f, like.rows(), like.cols(), x.panel(k, p)...);
    }
}

/// out_i = |x_i|, the Euclidean norm of row i: no square overflows or underflows. NaN if the row holds one, else infinity if it does.
template <class T>
void row_norms(cpu& device, blocks<T> const& x, double* out) {
    row_sums(device, [](T v) { return double(v) * double(v); }, x, out);
    for (index_t i = 0; i < row_count(x); ++i) {
        if constexpr (sizeof(T) == sizeof(double)) {
            if (out[i] <= 1e-280 || out[i] >= 1e280) {
                // Squares left the range of double: once more, scaled by the largest entry.
                const index_t k = i / (row_count(x) / std::max<index_t>(1, x.count)), r = i % x.rows();
                const index_t within = i / x.rows() % (x.stacked ? 2 : 1);
                double most = 0, sum = 0;
                for (index_t p = x.stacked ? within : 0; p < (x.stacked ? within + 1 : x.panels()); ++p)
                    for (index_t j = 0; j < x.cols(); ++j) most = (std::max)(most, std::abs(double(x.panel(k, p)(r, j))));
                for (index_t p = x.stacked ? within : 0; most > 0 && p < (x.stacked ? within + 1 : x.panels()); ++p)
                    for (index_t j = 0; j < x.cols(); ++j) {
                        const double v = x.panel(k, p)(r, j) / most;
                        sum += v * v;
                    }
                out[i] = std::isinf(most) ? most : most * std::sqrt(sum);
                continue;
            }
        }
        out[i] = std::sqrt(out[i]);
    }
}

}  // namespace isotypic
