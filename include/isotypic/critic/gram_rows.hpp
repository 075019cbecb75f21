// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <isotypic/matrix/view.hpp>
#include <algorithm>

/// \file
/// The triangle of g g' for a few long rows: tiles of 4 x 3 inner products at a time, straight from the rows. Eigen's kernel packs its
/// factors, which costs as much as all products do when there are 50 rows.
namespace isotypic::detail {

/// out(k, l) <- out(k, l) + <g_k, g_l> for the 4 x 3 rows a, b of g; n numbers from column j, n a whole number of packets.
template <class T>
void add_tile(T const* const* a, T const* const* b, index_t n, double (&out)[4][3]) {
    using packet = typename Eigen::internal::packet_traits<T>::type;
    constexpr index_t lanes = Eigen::internal::packet_traits<T>::size;
    packet sum[4][3];
    for (auto& row : sum)
        for (packet& s : row) s = Eigen::internal::pset1<packet>(T(0));
    for (index_t j = 0; j < n; j += lanes) {
        const packet b0 = Eigen::internal::ploadu<packet>(b[0] + j), b1 = Eigen::internal::ploadu<packet>(b[1] + j), b2 = Eigen::internal::ploadu<packet>(b[2] + j);
        for (int r = 0; r < 4; ++r) {
            const packet x = Eigen::internal::ploadu<packet>(a[r] + j);
            sum[r][0] = Eigen::internal::pmadd(x, b0, sum[r][0]);
            sum[r][1] = Eigen::internal::pmadd(x, b1, sum[r][1]);
            sum[r][2] = Eigen::internal::pmadd(x, b2, sum[r][2]);
        }
    }
    for (int r = 0; r < 4; ++r)
        for (int s = 0; s < 3; ++s) out[r][s] = double(Eigen::internal::predux(sum[r][s]));
}

/// Asks for the next numbers of every row while these are worked on: so many rows at once no prefetcher follows.
template <class T>
class row_prefetch {
public:
    row_prefetch(view<T const> rows, index_t from, index_t width) : g(rows), j(from), lines(width * index_t(sizeof(T)) / 64) {}
    void some() {
        for (int n = 0; n < 8 && line < lines * g.rows; ++n, ++line) __builtin_prefetch(&g(line / lines, j + line % lines * (64 / index_t(sizeof(T)))), 0, 2);
    }

private:
    view<T const> g;
    index_t j, lines, line = 0;
};

/// c <- c + g g' on and below the diagonal, c row-major in double, for a g with contiguous rows; sums of 256 products are in T.
template <class T>
void add_gram_of_rows(view<T const> g, double* c) {
    constexpr index_t lanes = Eigen::internal::packet_traits<T>::size, deep = 256;
    for (index_t j = 0; j < g.cols; j += deep) {
        const index_t width = (std::min)(deep, g.cols - j), n = width / lanes * lanes;
        row_prefetch<T> next(g, j + width, (std::min)(deep, g.cols - j - width));
        for (index_t k = 0; k < g.rows; k += 4)
            for (index_t l = 0; l < (std::min)(k + 4, g.rows); l += 3) {
                next.some();
                T const *a[4], *b[3];
                for (index_t r = 0; r < 4; ++r) a[r] = &g((std::min)(k + r, g.rows - 1), j);
                for (index_t s = 0; s < 3; ++s) b[s] = &g((std::min)(l + s, g.rows - 1), j);
                double tile[4][3];
                add_tile(a, b, n, tile);
                for (index_t r = 0; r < 4 && k + r < g.rows; ++r)
                    for (index_t s = 0; s < 3 && l + s <= k + r; ++s) {
                        double rest = 0;
                        for (index_t i = n; i < width; ++i) rest += double(a[r][i]) * double(b[s][i]);
                        c[(k + r) * g.rows + l + s] += tile[r][s] + rest;
                    }
            }
    }
}

}  // namespace isotypic::detail
