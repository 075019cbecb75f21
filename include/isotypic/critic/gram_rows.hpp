// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/view.hpp>
#include <algorithm>

/// \file
/// The triangle of g g' for a few long rows: a strip of 192 columns at a time, which the first cache holds, and each 3 x 3 inner products of
/// it in one loop. Eigen's kernel packs both factors, which costs as much as all products do when there are 50 rows.
namespace isotypic::detail {

/// sum <- sum + the inner products of rows a_0, a_1, a_2 with b_0, b_1, b_2, in the lanes of packets; n a whole number of packets.
template <class T>
void add_inner_products(T const* const* a, T const* const* b, index_t n, T* sum) {
    using packet = typename Eigen::internal::packet_traits<T>::type;
    constexpr index_t lanes = Eigen::internal::packet_traits<T>::size;
    packet s[3][3];
    for (int r = 0; r < 3; ++r)
        for (int c = 0; c < 3; ++c) s[r][c] = Eigen::internal::pload<packet>(sum + (3 * r + c) * lanes);
    for (index_t j = 0; j < n; j += lanes) {
        const packet b0 = Eigen::internal::ploadu<packet>(b[0] + j), b1 = Eigen::internal::ploadu<packet>(b[1] + j),
                     b2 = Eigen::internal::ploadu<packet>(b[2] + j);
        for (int r = 0; r < 3; ++r) {
            const packet x = Eigen::internal::ploadu<packet>(a[r] + j);
            s[r][0] = Eigen::internal::pmadd(x, b0, s[r][0]);
            s[r][1] = Eigen::internal::pmadd(x, b1, s[r][1]);
            s[r][2] = Eigen::internal::pmadd(x, b2, s[r][2]);
        }
    }
    for (int r = 0; r < 3; ++r)
        for (int c = 0; c < 3; ++c) Eigen::internal::pstore(sum + (3 * r + c) * lanes, s[r][c]);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a vector register as a template argument
#endif
/// strip <- g, of dense rows a `stride` apart.
template <class T>
void copy_strip(view<T const> g, T* strip, index_t stride) {
    using packet = typename Eigen::internal::packet_traits<T>::type;
    constexpr index_t lanes = Eigen::internal::packet_traits<T>::size;
    const bool packed = g.row_stride == 1 && g.rows >= lanes;
    const index_t blocks = packed ? g.cols / lanes * lanes : 0;
    for (index_t j = 0; j < blocks; j += lanes)
        for (index_t from = 0; from < g.rows; from += lanes) {
            const index_t k = (std::min)(from, g.rows - lanes);
            Eigen::internal::PacketBlock<packet, int(lanes)> block;
            for (index_t i = 0; i < lanes; ++i) block.packet[i] = Eigen::internal::ploadu<packet>(&g(k, j + i));
            Eigen::internal::ptranspose(block);
            for (index_t i = 0; i < lanes; ++i) Eigen::internal::pstore(strip + (k + i) * stride + j, block.packet[i]);
        }
    for (index_t j = blocks; j < g.cols; ++j)
        for (index_t k = 0; k < g.rows; ++k) strip[k * stride + j] = g(k, j);
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// Asks for the memory of a strip, a little at a time: from so many rows at once no prefetcher follows.
template <class T>
class next_strip {
public:
    explicit next_strip(view<T const> strip)
        : x(strip.row_stride == 1 && strip.col_stride != 1 ? strip.transposed() : strip), wide((x.cols + per_line - 1) / per_line), lines(x.rows * wide) {}
    void fetch_some() {
        for (int i = 0; i < 5 && line < lines; ++i, ++line) __builtin_prefetch(&x(line / wide, line % wide * per_line));
    }

private:
    static constexpr index_t per_line = 64 / index_t(sizeof(T));
    view<T const> x;
    index_t wide, lines, line = 0;
};

/// c <- g g' on and below the diagonal, in double; each lane of a packet sums in T.
template <class T>
void gram_of_rows(view<T const> g, double* c, workspace& w) {
    constexpr index_t lanes = Eigen::internal::packet_traits<T>::size, deep = 192, stride = deep + lanes, tile = 9 * lanes;
    const index_t rows = g.rows, wide = (rows + 2) / 3;
    auto scope = w.open();
    T *strip = w.take<T>(rows * stride), *sums = w.take<T>(wide * wide * tile);
    std::fill_n(strip, rows * stride, T(0)), std::fill_n(sums, wide * wide * tile, T(0)), std::fill_n(c, rows * rows, 0.0);
    const auto for_each_tile = [&](auto const& f) {
        for (index_t k = 0; k < wide; ++k)
            for (index_t l = 0; l <= k; ++l) f(3 * k, 3 * l, sums + (k * wide + l) * tile);
    };
    for (index_t j = 0; j < g.cols; j += deep) {
        const index_t n = (std::min)(deep, g.cols - j), whole = (n + lanes - 1) / lanes * lanes;
        const bool as_it_is = g.col_stride == 1 && n == whole;
        T const* x = as_it_is ? &g(0, j) : strip;
        const index_t apart = as_it_is ? g.row_stride : stride;
        if (!as_it_is) copy_strip(g.part(0, j, rows, n), strip, stride);
        for (index_t k = 0; k < rows && n < whole; ++k) std::fill(strip + k * stride + n, strip + k * stride + whole, T(0));
        next_strip<T> next(j + 2 * deep <= g.cols ? g.part(0, j + deep, rows, deep) : view<T const>());
        for_each_tile([&](index_t k, index_t l, T* sum) {
            next.fetch_some();
            T const *a[3], *b[3];
            for (index_t r = 0; r < 3; ++r) a[r] = x + (std::min)(k + r, rows - 1) * apart;
            for (index_t s = 0; s < 3; ++s) b[s] = x + (std::min)(l + s, rows - 1) * apart;
            add_inner_products(a, b, whole, sum);
        });
    }
    for_each_tile([&](index_t k, index_t l, T const* sum) {
        for (index_t r = 0; r < 3; ++r)
            for (index_t s = 0; s < 3; ++s, sum += lanes)
                if (k + r < rows && l + s <= k + r) {
                    double total = 0;
                    for (index_t i = 0; i < lanes; ++i) total += double(sum[i]);
                    c[(k + r) * rows + l + s] = total;
                }
    });
}

}  // namespace isotypic::detail
