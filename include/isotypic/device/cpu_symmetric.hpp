// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_product.hpp>

/// \file
/// Products that are symmetric, for little more than half of their flops: the triangle on and below the diagonal by Eigen's
/// packed kernel, in strips of rows that are tasks, and its mirror image. What is added is added while a block is in the cache.
namespace isotypic {
namespace detail {

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// c(j, i) <- c(i, j) below the diagonal, for rows [from, end) and columns [left, right) of a c with contiguous columns.
template <class T>
void mirror(view<T> c, index_t from, index_t end, index_t left, index_t right) {
    using packet = typename Eigen::internal::packet_traits<T>::type;
    constexpr index_t tile = Eigen::internal::packet_traits<T>::size;
    for (index_t row = from; row < end; row += tile)
        for (index_t column = left; column < (std::min)(right, row + tile); column += tile)
            if (column + tile <= (std::min)(row, right) && row + tile <= end) {
                Eigen::internal::PacketBlock<packet, int(tile)> block;
                for (index_t j = 0; j < tile; ++j) block.packet[j] = Eigen::internal::ploadu<packet>(&c(row, column + j));
                Eigen::internal::ptranspose(block);
                for (index_t i = 0; i < tile; ++i) Eigen::internal::pstoreu(&c(column, row + i), block.packet[i]);
            } else {
                for (index_t j = column; j < (std::min)(right, column + tile); ++j)
                    for (index_t i = (std::max)(row, j + 1); i < (std::min)(end, row + tile); ++i) c(j, i) = c(i, j);
            }
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The lower triangle of c <- alpha a b + beta s + t I, and its mirror image if wanted, for a c with contiguous columns and
/// factors with a unit stride.
template <class T>
struct triangle {
    T alpha;
    view<T const> a, b;
    T beta;
    view<T const> s;
    T t;
    view<T> c;
    bool mirrored = true;

    /// Columns that are packed at once.
    static constexpr index_t wide = (192 + band<T> - 1) / band<T> * band<T>;

    void run(cpu& device) const {
        if (!a.cols) return begin(0, c.rows, 0, c.rows), finish(0, c.rows, 0, c.rows);
        // Strips of equal area; the last ones have the longest rows.
        const index_t n = strips(device, c.rows, double(c.size()) * double(a.cols) / 2);
        auto cut = [&](index_t k) { return k < n ? index_t(double(c.rows) * std::sqrt(double(k) / double(n)) / double(band<T>) + 0.5) * band<T> : c.rows; };
        device.for_each_task(n, [&](index_t k, cpu& d) { rows(d.scratch(), cut(k), cut(k + 1)); });
    }

private:
    void rows(workspace& w, index_t from, index_t end) const {
        auto scope = w.open();
        index_t kc = a.cols, mc = end - from, nc = wide;
        Eigen::internal::computeProductBlockingSizes<T, T>(kc, mc, nc, index_t{1});
        T *pa = w.take<T>((end - from) * kc), *pb = w.take<T>(kc * wide);
        with_orders(a, b, [&](auto order_a, index_t, auto order_b, index_t) { blocks_of<order_a(), order_b()>(w, kc, pa, pb, from, end); });
    }

    template <int A, int B>
    void blocks_of(workspace& w, index_t kc, T* pa, T* pb, index_t from, index_t end) const {
        using traits = Eigen::internal::gebp_traits<T, T>;
        using lhs = Eigen::internal::const_blas_data_mapper<T, index_t, A>;
        using rhs = Eigen::internal::const_blas_data_mapper<T, index_t, B>;
        using result = Eigen::internal::blas_data_mapper<T, index_t, Eigen::ColMajor, Eigen::Unaligned, 1>;
        Eigen::internal::gemm_pack_lhs<T, index_t, lhs, traits::mr, traits::LhsProgress, typename traits::LhsPacket4Packing, A> pack_lhs;
        Eigen::internal::gemm_pack_rhs<T, index_t, rhs, traits::nr, B> pack_rhs;
        Eigen::internal::gebp_kernel<T, T, index_t, result, traits::mr, traits::nr, false, false> kernel;
        const result to(c.data, c.col_stride);
        // Rows of b that are far apart are gathered first: their distance tends to be a power of two.
        constexpr index_t apart = wide + 16;
        T* near = B == Eigen::RowMajor && b.row_stride > 128 ? w.take<T>(kc * apart) : nullptr;
        for (index_t p = 0; p < a.cols; p += kc) {
            const index_t depth = (std::min)(kc, a.cols - p);
            pack_lhs(pa, lhs(&a(from, p), A == Eigen::ColMajor ? a.col_stride : a.row_stride), depth, end - from);
            auto multiplied = [&](index_t i, index_t count, index_t j, index_t first, index_t cols) {
                if (count > 0) kernel(to.getSubMapper(i, j + first), pa + (i - from) * depth, pb + first * depth, count, depth, cols, alpha);
            };
            for (index_t j = 0, count = 0; j < end; j += count) {
                const bool beside = j < from;
                count = (std::min)(wide, (beside ? from : end) - j);
                const index_t top = beside ? from : j, square = beside ? from : j + count;
                for (index_t k = 0; near && k < depth; ++k) std::copy_n(&b(p + k, j), count, near + k * apart);
                pack_rhs(pb, near ? rhs(near, apart) : rhs(&b(p, j), B == Eigen::ColMajor ? b.col_stride : b.row_stride), depth, count);
                if (p == 0) begin(top, end, j, count);
                // What bands along the diagonal leave above it is rubbish.
                for (index_t k = 0; k < square - top; k += band<T>) multiplied(j + k, square - j - k, j, k, (std::min)(band<T>, count - k));
                multiplied(square, end - square, j, 0, count);
                if (p + depth == a.cols) finish(top, end, j, count);
            }
        }
    }

    void begin(index_t top, index_t end, index_t left, index_t count) const {
        for (index_t j = left; j < left + count; ++j) {
            const index_t i = (std::max)(top, left + (j - left) / band<T> * band<T>), n = end - i;
            T* to = &c(i, j);
            if (beta == T(0))
                std::fill_n(to, n, T(0));
            else if (s.row_stride == 1)
                visit_line([v = beta](T const& from, T& x) { x = v * from; }, true, n, std::pair(&s(i, j), index_t{1}), std::pair(to, index_t{1}));
            else
                for (index_t k = 0; k < n; ++k) to[k] = beta * s(i + k, j);
        }
    }
    void finish(index_t top, index_t end, index_t left, index_t count) const {
        for (index_t i = top; i < left + count; ++i) c(i, i) += t;
        if (mirrored) mirror(c, top, end, left, left + count);
    }
};

}  // namespace detail

/// c <- alpha a b + beta s + t I for symmetric c and s, and factors whose product is symmetric: the lower triangle, then its
/// mirror image. c may be s, and overlaps no factor; with beta = 0 what s holds is not read.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, view<T const> b, std::type_identity_t<T> beta, view<std::type_identity_t<T> const> s,
                        std::type_identity_t<T> t, view<T> c) {
    workspace& w = device.scratch();
    auto scope = w.open();
    if (c.col_stride == 1) c = c.transposed();
    if (s.col_stride == 1) s = s.transposed();
    if (c.row_stride != 1) {
        const view<T> dense(w.take<T>(c.size()), c.rows, c.cols);
        multiply_symmetric<T>(device, alpha, a, b, beta, s, t, dense);
        for (index_t i = 0; i < c.rows; ++i)
            for (index_t j = 0; j < c.cols; ++j) c(i, j) = dense(i, j);
        return;
    }
    a = detail::packed_rows(w, a), b = detail::packed_rows(w, b);
    // The product is its own transpose; factors with contiguous columns are packed faster.
    if (b.row_stride != 1 && a.row_stride != 1) std::swap(a, b), a = a.transposed(), b = b.transposed();
    detail::triangle<T>{alpha, a, b, beta, s, t, c}.run(device);
}

/// c <- alpha a b + beta c for a symmetric c and factors whose product is symmetric.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, view<T const> b, std::type_identity_t<T> beta, view<T> c) {
    multiply_symmetric<T>(device, alpha, a, b, beta, c, 0, c);
}

/// c <- alpha a a' + beta c for a symmetric c.
template <class T>
void multiply_symmetric(cpu& device, std::type_identity_t<T> alpha, view<T const> a, std::type_identity_t<T> beta, view<T> c) {
    multiply_symmetric<T>(device, alpha, a, a.transposed(), beta, c);
}

}  // namespace isotypic
