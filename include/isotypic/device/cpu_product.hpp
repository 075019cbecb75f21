// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <Eigen/Core>

/// \file
/// Matrix products on the CPU: Eigen's packed kernel, called with packing buffers from the device's
/// workspace. Going through the kernel rather than through expressions keeps three promises: no
/// allocation, one path for every size (so bits do not depend on addresses), one thread.
namespace isotypic {
namespace detail {

/// Eigen's blocking sizes with memory that is not Eigen's.
template <class T>
struct blocking : Eigen::internal::level3_blocking<T, T> {
    blocking(workspace& w, index_t m, index_t n, index_t k) {
        this->m_mc = m, this->m_nc = n, this->m_kc = k;
        Eigen::internal::computeProductBlockingSizes<T, T>(this->m_kc, this->m_mc, this->m_nc, index_t{1});
        this->m_blockA = w.take<T>(this->m_mc * this->m_kc);
        this->m_blockB = w.take<T>(this->m_kc * this->m_nc);
    }
};

/// c (column-major, its columns ldc apart) += alpha * a * b, each factor in the order its type says.
template <int OrderA, int OrderB, class T>
void packed_product(workspace& w, T alpha, view<T const> a, index_t lda, view<T const> b, index_t ldb, T* c, index_t ldc) {
    using kernel = Eigen::internal::general_matrix_matrix_product<index_t, T, OrderA, false, T, OrderB, false, Eigen::ColMajor, 1>;
    blocking<T> sizes(w, a.rows, b.cols, a.cols);
    kernel::run(a.rows, b.cols, a.cols, a.data, lda, b.data, ldb, c, 1, ldc, alpha, sizes, nullptr);
}

/// A copy with contiguous rows, for a view with two strides.
template <class T>
view<T const> packed_rows(workspace& w, view<T const> x) {
    view<T> copy(w.take<T>(x.size()), x.rows, x.cols);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) copy(i, j) = x(i, j);
    return copy;
}

}  // namespace detail

/// c <- alpha a b + beta c. Any layout, fastest where c and the factors have a unit stride; no factor overlaps c.
/// With beta = 0 what c holds is not read.
template <class T>
void multiply(cpu& device, std::type_identity_t<T> alpha, view<T const> a, view<T const> b, std::type_identity_t<T> beta, view<T> c) {
    workspace& w = device.scratch();
    auto scope = w.open();
    if (c.row_stride != 1 && c.col_stride != 1) {
        const view<T> dense(w.take<T>(c.size()), c.rows, c.cols);
        multiply<T>(device, alpha, a, b, 0, dense);
        for (index_t i = 0; i < c.rows; ++i)
            for (index_t j = 0; j < c.cols; ++j) c(i, j) = (beta == T(0) ? T(0) : beta * c(i, j)) + dense(i, j);
        return;
    }
    if (c.row_stride != 1) return multiply<T>(device, alpha, b.transposed(), a.transposed(), beta, c.transposed());
    for (index_t j = 0; j < c.cols; ++j)
        for (index_t i = 0; i < c.rows; ++i) c(i, j) = beta == T(0) ? T(0) : beta * c(i, j);
    if (!c.size() || !a.cols) return;
    if (a.row_stride != 1 && a.col_stride != 1) a = detail::packed_rows(w, a);
    if (b.row_stride != 1 && b.col_stride != 1) b = detail::packed_rows(w, b);
    constexpr int col = Eigen::ColMajor, row = Eigen::RowMajor;
    const bool ac = a.row_stride == 1, bc = b.row_stride == 1;
    if (ac && bc) detail::packed_product<col, col>(w, alpha, a, a.col_stride, b, b.col_stride, c.data, c.col_stride);
    if (ac && !bc) detail::packed_product<col, row>(w, alpha, a, a.col_stride, b, b.row_stride, c.data, c.col_stride);
    if (!ac && bc) detail::packed_product<row, col>(w, alpha, a, a.row_stride, b, b.col_stride, c.data, c.col_stride);
    if (!ac && !bc) detail::packed_product<row, row>(w, alpha, a, a.row_stride, b, b.row_stride, c.data, c.col_stride);
}

/// c <- alpha a a' + beta c for a symmetric c: the lower triangle in bands, then its mirror image in tiles.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, std::type_identity_t<T> beta, view<T> c) {
    constexpr index_t band = 48, tile = 16;
    const index_t n = a.rows;
    for (index_t i = 0; i < n; i += band) {
        const index_t m = (std::min)(band, n - i);
        multiply<T>(device, alpha, a.part(i, 0, n - i, a.cols), a.part(i, 0, m, a.cols).transposed(), beta, c.part(i, i, n - i, m));
    }
    for (index_t column = 0; column < n; column += tile)
        for (index_t row = 0; row <= column; row += tile)
            for (index_t i = row; i < (std::min)(n, row + tile); ++i)
                for (index_t j = (std::max)(column, i + 1); j < (std::min)(n, column + tile); ++j) c(i, j) = c(j, i);
}

}  // namespace isotypic
