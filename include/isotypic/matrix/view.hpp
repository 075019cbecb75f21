// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>

/// \file
/// A matrix somebody else owns: pointer, shape, two strides, and the memory it lies in.
///
///     x(i, j) = data[i * row_stride + j * col_stride]
///
/// Row-major has col_stride 1, column-major has row_stride 1; the transpose swaps the two, so every
/// column rule is the row rule on `x.transposed()`.
namespace isotypic {

/// Memory that the CPU reads and writes. Other spaces are types of their own, so that a view of one
/// cannot be handed to code for another.
struct host {};

/// The device that works on a memory.
template <class Space>
struct device_for {};
template <class Space>
using device_of = typename device_for<Space>::type;

namespace detail {

/// Is P written in primitives that every device has? Parts say so by `any_device`; the CPU runs all.
template <class P>
constexpr bool any_device() {
    if constexpr (requires { P::any_device; })
        return P::any_device;
    else
        return false;
}

}  // namespace detail

/// See the file's comment. Copying a view copies no element.
template <class T, class Space = host>
struct view {
    using value_type = std::remove_const_t<T>;
    using space = Space;

    T* data = nullptr;
    index_t rows = 0, cols = 0;
    index_t row_stride = 0, col_stride = 1;

    constexpr view() = default;

    /// A dense row-major matrix, as C programs keep it.
    constexpr view(T* first, index_t m, index_t n) : view(first, m, n, n, 1) {}

    /// Any strides, counted in elements. An axis of length one has no stride to speak of: it is given
    /// the one that keeps the other axis on the fast path.
    constexpr view(T* first, index_t m, index_t n, index_t between_rows, index_t between_cols)
        : data(first), rows(m), cols(n), row_stride(between_rows), col_stride(between_cols) {
        if (cols == 1) col_stride = row_stride == 1 ? rows : 1;
        if (rows == 1) row_stride = col_stride == 1 ? cols : 1;
    }

    /// A view to write converts to a view to read.
    template <class U>
        requires(std::is_same_v<const U, T>)
    constexpr view(view<U, Space> other)
        : data(other.data), rows(other.rows), cols(other.cols), row_stride(other.row_stride),
          col_stride(other.col_stride) {}

    constexpr T& operator()(index_t i, index_t j) const {
        return data[i * row_stride + j * col_stride];
    }
    constexpr index_t size() const { return rows * cols; }
    constexpr view transposed() const { return raw(data, cols, rows, col_stride, row_stride); }

    /// The m x n part whose first element is (i, j).
    constexpr view part(index_t i, index_t j, index_t m, index_t n) const {
        return raw(size() ? data + i * row_stride + j * col_stride : data, m, n, row_stride, col_stride);
    }

private:
    static constexpr view raw(T* first, index_t m, index_t n, index_t rs, index_t cs) {
        view v;
        v.data = first, v.rows = m, v.cols = n, v.row_stride = rs, v.col_stride = cs;
        return v;
    }
};

/// A dense column-major matrix, as Eigen and Fortran keep it by default.
template <class T>
constexpr view<T> column_major(T* first, index_t rows, index_t cols) {
    return {first, rows, cols, 1, rows};
}

}  // namespace isotypic
