// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <span>

/// \file
/// d = sum_k w_k g_k for K gradients that are rows (K x p; columns by `transposed`): each gradient is read once, sums are in double.
namespace isotypic {
namespace detail {

/// sum <- sum + w_0 g(k, .) + .. + w_7 g(k + 7, .), n numbers from column j.
template <class T>
void add_eight_rows(double const* w, view<T const> g, index_t k, index_t j, index_t n, double* sum) {
    double by[8];
    std::copy_n(w, 8, by);
    T const* row[8];
    for (index_t r = 0; r < 8; ++r) row[r] = &g(k + r, j);
    for (index_t i = 0; i < n; ++i) {
        double part[8];
        for (index_t r = 0; r < 8; ++r) part[r] = by[r] * double(row[r][i]);
        sum[i] += ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    }
}

template <class T>
void weighted_tile(double const* w, view<T const> g, index_t j, index_t n, double* sum) {
    std::fill_n(sum, n, 0.0);
    if (g.col_stride == 1) {
        index_t k = 0;
        for (; k + 8 <= g.rows; k += 8) add_eight_rows(w + k, g, k, j, n, sum);
        for (; k < g.rows; ++k) {
            T const* a = &g(k, j);
            for (index_t i = 0; i < n; ++i) sum[i] += w[k] * double(a[i]);
        }
    } else if (g.row_stride == 1) {
        constexpr index_t lanes = 8;
        for (index_t i = 0; i < n; ++i) {
            T const* a = &g(0, j + i);
            double lane[lanes] = {};
            index_t k = 0;
            for (; k + lanes <= g.rows; k += lanes)
                for (index_t l = 0; l < lanes; ++l) lane[l] += w[k + l] * double(a[k + l]);
            for (; k < g.rows; ++k) lane[k % lanes] += w[k] * double(a[k]);
            sum[i] = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
        }
    } else {
        for (index_t k = 0; k < g.rows; ++k)
            for (index_t i = 0; i < n; ++i) sum[i] += w[k] * double(g(k, j + i));
    }
}

template <class T>
void require_sum(std::span<double const> w, view<T const> g, view<T const> out) {
    if (g.rows != index_t(w.size()) || out.size() != g.cols || (out.rows != 1 && out.cols != 1))
        throw error("isotypic: " + std::to_string(w.size()) + " weights and gradients of " + shape_text(g.rows, g.cols) + " for a sum of " +
                    shape_text(out.rows, out.cols));
    if (overlap(blocks<T const>(g), blocks<T const>(out))) throw error("isotypic: the weighted sum lies in the memory of its gradients");
}

}  // namespace detail

/// See the file's comment. `out` holds p numbers, 1 x p or p x 1, in other memory than the gradients.
template <class T>
void weighted_sum(cpu& device, std::span<double const> w, view<T const> g, view<T> out) {
    detail::require_sum<T>(w, g, out);
    if (out.cols == 1) out = out.transposed();
    constexpr index_t wide = 4096;
    detail::for_each_part(device, (g.cols + wide - 1) / wide, g.size(), [&](index_t i) {
        const index_t j = i * wide, n = (std::min)(wide, g.cols - j);
        double sum[wide];
        detail::weighted_tile<T>(w.data(), g, j, n, sum);
        for (index_t q = 0; q < n; ++q) out(0, j + q) = T(sum[q]);
    });
}

}  // namespace isotypic
