// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/arithmetic.hpp>
#include <isotypic/device/cpu.hpp>
#include <utility>

/// \file
/// The element-wise primitives of the CPU: `transform` visits equally shaped blocks together,
/// `transform_rows` also hands over the number that belongs to the row. Loops run along the axis in
/// which every operand is contiguous; where there is none, along rows with strides.
namespace isotypic {
namespace detail {

/// Elements a task gets at the least.
inline constexpr index_t grain = 1 << 15;

/// f(0) .. f(n - 1), a sweep over `size` elements: on the spot if it would be over about when threads have woken.
template <class F>
void for_each_part(cpu& device, index_t n, index_t size, F const& f) {
    if (size < 2 * grain)
        serial{}.parallel_for(n, f);
    else
        device.threads().parallel_for(n, f);
}

/// f(begin, end) over [0, lines) in bands of about `grain` elements. The bands follow from the shape.
template <class F>
void for_each_band(cpu& device, index_t lines, index_t length, F const& f) {
    const index_t band = std::max<index_t>(1, grain / std::max<index_t>(1, length));
    const index_t n = (lines + band - 1) / band;
    for_each_part(device, n, lines * length, [&](index_t i) { f(i * band, (std::min)(lines, (i + 1) * band)); });
}

/// f(x[0]..., ) .. over n elements of each line. With unit strides the compiler vectorises; operands
/// are either the same address or disjoint, which is what the pragma says.
template <class F, class... T>
void visit_line(F const& f, bool unit, index_t n, std::pair<T*, index_t>... x) {
    if (unit) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
        for (index_t j = 0; j < n; ++j) f(x.first[j]...);
    } else {
        for (index_t j = 0; j < n; ++j) f(x.first[j * x.second]...);
    }
}

template <class F, class... T>
void transform_matrix(cpu& device, F const& f, index_t rows, index_t cols, view<T>... x) {
    const bool unit = ((x.col_stride == 1) && ...);
    if (!unit && ((x.row_stride == 1) && ...)) return transform_matrix(device, f, cols, rows, x.transposed()...);
    if (unit && ((x.row_stride == cols) && ...)) {
        for_each_part(device, (rows * cols + grain - 1) / grain, rows * cols, [&](index_t i) {
            const index_t n = (std::min)(grain, rows * cols - i * grain);
            visit_line(f, true, n, std::pair(x.data + i * grain, index_t{1})...);
        });
        return;
    }
    for_each_band(device, rows, cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i)
            visit_line(f, unit, cols, std::pair(x.data + i * x.row_stride, x.col_stride)...);
    });
}

template <class F, class... T>
void transform_rows_matrix(cpu& device, F const& f, double const* r, index_t rows, index_t cols, view<T>... x) {
    const bool unit = ((x.col_stride == 1) && ...);
    if (!unit && ((x.row_stride == 1) && ...)) {
        // Tiles, so that many rows are contiguous at a time and their numbers stay in the first cache.
        const index_t high = std::min<index_t>(rows, 1024), wide = std::max<index_t>(1, grain / high), bands = (rows + high - 1) / high;
        for_each_part(device, bands * ((cols + wide - 1) / wide), rows * cols, [&](index_t k) {
            const index_t i = k % bands * high, first = k / bands * wide;
            for (index_t j = first; j < (std::min)(cols, first + wide); ++j)
                visit_line(f, true, (std::min)(high, rows - i), std::pair(r + i, index_t{1}), std::pair(x.data + i + j * x.col_stride, index_t{1})...);
        });
        return;
    }
    for_each_band(device, rows, cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i)
            visit_line([&, s = r[i]](auto&... v) { f(s, v...); }, unit, cols, std::pair(x.data + i * x.row_stride, x.col_stride)...);
    });
}

}  // namespace detail

/// f(x(i, j)...) by reference for every element of equally shaped blocks.
template <class F, class... T>
void transform(cpu& device, F const& f, blocks<T> const&... x) {
    auto const& like = detail::first_of(x...);
    if (!like.size()) return;
    const auto each = detail::started(f);
    for (index_t i = 0; i < like.matrices(); ++i) detail::transform_matrix(device, each, like.rows(), like.cols(), x.matrix(i)...);
}

/// f(r_i, x(i, j)...) for every element; r holds a number for each row, in the order of `row_offset`.
template <class F, class... T>
void transform_rows(cpu& device, F const& f, double const* r, blocks<T> const&... x) {
    auto const& like = detail::first_of(x...);
    if (!like.size()) return;
    const auto each = detail::started(f);
    for (index_t i = 0; i < like.matrices(); ++i)
        detail::transform_rows_matrix(device, each, r + row_offset(like, i), like.rows(), like.cols(), x.matrix(i)...);
}

/// f(s_k, x(i, j)...) for every element of item k.
template <class F, class... T>
void transform_items(cpu& device, F const& f, double const* s, blocks<T> const&... x) {
    for (index_t k = 0; k < detail::first_of(x...).count; ++k)
        transform(device, [&f, r = s[k]](auto&... v) { f(r, v...); }, item(x, k)...);
}

}  // namespace isotypic
