// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu.hpp>
#include <Eigen/Core>
#include <numeric>
#include <type_traits>

/// \file
/// Matrix products on the CPU: Eigen's packed kernel, called with packing buffers from the device's
/// workspace. Going through the kernel rather than through expressions keeps three promises: no
/// allocation, one path for every size (so bits do not depend on addresses), and threads only where we put them: large
/// products are cut into a strip a thread, between whole panels of the kernel, so that bits do not depend on threads either.
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

/// f(a's order, its leading stride, b's order, its leading stride) with the orders as constants.
template <class T, class F>
void with_orders(view<T const> a, view<T const> b, F const& f) {
    constexpr std::integral_constant<int, Eigen::ColMajor> col;
    constexpr std::integral_constant<int, Eigen::RowMajor> row;
    const bool ac = a.row_stride == 1, bc = b.row_stride == 1;
    if (ac && bc) f(col, a.col_stride, col, b.col_stride);
    if (ac && !bc) f(col, a.col_stride, row, b.row_stride);
    if (!ac && bc) f(row, a.row_stride, col, b.col_stride);
    if (!ac && !bc) f(row, a.row_stride, row, b.row_stride);
}

/// x where it has a unit stride, else a copy with contiguous rows.
template <class T>
view<T const> packed_rows(workspace& w, view<T const> x) {
    if (x.row_stride == 1 || x.col_stride == 1) return x;
    view<T> copy(w.take<T>(x.size()), x.rows, x.cols);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) copy(i, j) = x(i, j);
    return copy;
}

/// c <- beta c for a c with contiguous columns; with beta = 0 it is not read.
template <class T>
void scale_columns(T beta, view<T> c) {
    for (index_t j = 0; j < c.cols; ++j)
        for (index_t i = 0; i < c.rows; ++i) c(i, j) = beta == T(0) ? T(0) : beta * c(i, j);
}

/// c <- alpha a b + beta c on one thread, for a c with contiguous columns and factors with a unit stride.
template <class T>
void multiply_strip(workspace& w, T alpha, view<T const> a, view<T const> b, T beta, view<T> c) {
    auto scope = w.open();
    scale_columns(beta, c);
    with_orders(a, b, [&](auto order_a, index_t lda, auto order_b, index_t ldb) {
        using kernel = Eigen::internal::general_matrix_matrix_product<index_t, T, order_a(), false, T, order_b(), false, Eigen::ColMajor, 1>;
        blocking<T> sizes(w, a.rows, b.cols, a.cols);
        kernel::run(a.rows, b.cols, a.cols, a.data, lda, b.data, ldb, c.data, 1, c.col_stride, alpha, sizes, nullptr);
    });
}

/// Whole panels of the kernel on either side. Products may be cut there, and only there: it changes no bit.
template <class T>
inline constexpr index_t band = std::lcm(index_t{Eigen::internal::gebp_traits<T, T>::mr}, index_t{Eigen::internal::gebp_traits<T, T>::nr});

/// Into how many strips a side is cut: one a thread, none narrower than 96, one for less work than waking threads costs.
inline index_t strips(cpu& device, index_t side, double work) {
    return work < double(1 << 22) ? 1 : std::clamp<index_t>(side / 96, 1, device.threads().concurrency());
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
    if (!c.size() || !a.cols) return detail::scale_columns<T>(beta, c);
    a = detail::packed_rows(w, a), b = detail::packed_rows(w, b);
    const bool wide = c.cols >= c.rows;
    const index_t side = wide ? c.cols : c.rows, n = detail::strips(device, side, double(c.size()) * double(a.cols));
    const index_t width = ((side + n - 1) / n + detail::band<T> - 1) / detail::band<T> * detail::band<T>;
    device.for_each_task((side + width - 1) / width, [&](index_t i, cpu& d) {
        const index_t from = i * width, count = (std::min)(width, side - from);
        if (wide)
            detail::multiply_strip<T>(d.scratch(), alpha, a, b.part(0, from, b.rows, count), beta, c.part(0, from, c.rows, count));
        else
            detail::multiply_strip<T>(d.scratch(), alpha, a.part(from, 0, count, a.cols), b, beta, c.part(from, 0, count, c.cols));
    });
}

}  // namespace isotypic
