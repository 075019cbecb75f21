// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <numeric>

/// \file
/// Products that are symmetric, for little more than half of their flops: the triangle on and below the diagonal by Eigen's
/// packed kernel, in strips of rows that are tasks, then its mirror image.
namespace isotypic {
namespace detail {

/// Whole panels of the kernel on either side: the width of the bands along the diagonal.
template <class T>
inline constexpr index_t band = std::lcm(index_t{Eigen::internal::gebp_traits<T, T>::mr}, index_t{Eigen::internal::gebp_traits<T, T>::nr});

/// The last a.rows rows of a symmetric product, up to its diagonal, on one thread: c <- alpha a b + beta c, where b and c have
/// all columns. Each factor is packed once; above the diagonal a band's square holds rubbish.
template <class T>
void multiply_lower(workspace& w, T alpha, view<T const> a, view<T const> b, T beta, view<T> c) {
    using traits = Eigen::internal::gebp_traits<T, T>;
    using result = Eigen::internal::blas_data_mapper<T, index_t, Eigen::ColMajor, Eigen::Unaligned, 1>;
    const index_t rows = a.rows, begin = b.cols - rows, wide = (std::min)((192 + band<T> - 1) / band<T> * band<T>, b.cols);
    index_t kc = a.cols, mc = rows, nc = wide;
    Eigen::internal::computeProductBlockingSizes<T, T>(kc, mc, nc, index_t{1});
    auto scope = w.open();
    T *pa = w.take<T>(rows * kc), *pb = w.take<T>(kc * wide);
    scale_columns(beta, c);
    with_orders(a, b, [&](auto order_a, index_t lda, auto order_b, index_t ldb) {
        using lhs = Eigen::internal::const_blas_data_mapper<T, index_t, order_a()>;
        using rhs = Eigen::internal::const_blas_data_mapper<T, index_t, order_b()>;
        Eigen::internal::gemm_pack_lhs<T, index_t, lhs, traits::mr, traits::LhsProgress, typename traits::LhsPacket4Packing, order_a()> pack_lhs;
        Eigen::internal::gemm_pack_rhs<T, index_t, rhs, traits::nr, order_b()> pack_rhs;
        Eigen::internal::gebp_kernel<T, T, index_t, result, traits::mr, traits::nr, false, false> kernel;
        const lhs from_a(a.data, lda);
        const rhs from_b(b.data, ldb);
        const result to(c.data, c.col_stride);
        for (index_t p = 0; p < a.cols; p += kc) {
            const index_t depth = (std::min)(kc, a.cols - p);
            pack_lhs(pa, from_a.getSubMapper(0, p), depth, rows);
            auto columns = [&](index_t j, index_t count, index_t bands) {
                pack_rhs(pb, from_b.getSubMapper(p, j), depth, count);
                for (index_t k = 0; k < count; k += bands) {
                    const index_t above = (std::max)(index_t{0}, j + k - begin);
                    kernel(to.getSubMapper(above, j + k), pa + above * depth, pb + k * depth, rows - above, depth, (std::min)(bands, count - k), alpha);
                }
            };
            for (index_t j = 0; j < begin; j += wide) columns(j, (std::min)(wide, begin - j), wide);
            for (index_t j = begin; j < b.cols; j += wide) columns(j, (std::min)(wide, b.cols - j), band<T>);
        }
    });
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// c(j, i) <- c(i, j) for rows [from, end) below the diagonal of a c with contiguous columns.
template <class T>
void mirror_rows(view<T> c, index_t from, index_t end) {
    using packet = typename Eigen::internal::packet_traits<T>::type;
    constexpr index_t tile = Eigen::internal::packet_traits<T>::size;
    for (index_t row = from; row < end; row += tile)
        for (index_t column = 0; column <= row; column += tile)
            if (column + tile <= row && row + tile <= end) {
                Eigen::internal::PacketBlock<packet, int(tile)> block;
                for (index_t j = 0; j < tile; ++j) block.packet[j] = Eigen::internal::ploadu<packet>(&c(row, column + j));
                Eigen::internal::ptranspose(block);
                for (index_t i = 0; i < tile; ++i) Eigen::internal::pstoreu(&c(column, row + i), block.packet[i]);
            } else {
                for (index_t j = column; j < (std::min)(end, column + tile); ++j)
                    for (index_t i = (std::max)(row, j + 1); i < (std::min)(end, row + tile); ++i) c(j, i) = c(i, j);
            }
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The lower triangle of c <- alpha a b + beta c in strips, and its mirror image; c has contiguous columns, the factors a unit stride.
template <class T>
void multiply_triangle(cpu& device, T alpha, view<T const> a, view<T const> b, T beta, view<T> c, bool mirrored) {
    // Two strips would be as 1 to 3.
    const index_t side = c.rows, cuts = strips(side, double(c.size()) * double(a.cols)), n = cuts == 2 ? 4 : cuts;
    const index_t height = n > 1 ? (side / n + band<T> / 2) / band<T> * band<T> : side;
    // The strips at the bottom are the longest: they come first.
    device.for_each_task(n, [&](index_t k, cpu& d) {
        const index_t from = (n - 1 - k) * height, end = k ? from + height : side;
        multiply_lower<T>(d.scratch(), alpha, a.part(from, 0, end - from, a.cols), b.part(0, 0, b.rows, end), beta, c.part(from, 0, end - from, end));
        if (mirrored) mirror_rows(c, from, end);
    });
}

}  // namespace detail

/// c <- alpha a b + beta c for a symmetric c and factors whose product is symmetric: the lower triangle, then its mirror image.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, view<T const> b, std::type_identity_t<T> beta, view<T> c) {
    workspace& w = device.scratch();
    auto scope = w.open();
    if (c.col_stride == 1) c = c.transposed();
    if (c.row_stride != 1) {
        const view<T> dense(w.take<T>(c.size()), c.rows, c.cols);
        multiply_symmetric<T>(device, alpha, a, b, 0, dense);
        for (index_t i = 0; i < c.rows; ++i)
            for (index_t j = 0; j < c.cols; ++j) c(i, j) = (beta == T(0) ? T(0) : beta * c(i, j)) + dense(i, j);
        return;
    }
    if (!c.size() || !a.cols) return detail::scale_columns<T>(beta, c);
    a = detail::packed_rows(w, a), b = detail::packed_rows(w, b);
    detail::multiply_triangle(device, alpha, a, b, beta, c, true);
}

/// c <- alpha a a' + beta c for a symmetric c.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, std::type_identity_t<T> beta, view<T> c) {
    multiply_symmetric<T>(device, alpha, a, a.transposed(), beta, c);
}

}  // namespace isotypic
