// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/matrix/as_view.hpp>
#include <span>

/// \file
/// d = sum_k w_k g_k for K gradients that are rows (K x p; columns by `transposed`): each gradient is read once, sums are in double.
namespace isotypic {
namespace detail {

/// sum <- sum + w_0 g(k, .) + .. + w_3 g(k + 3, .), n numbers from column j.
template <class T>
void add_four_rows(double const* w, view<T const> g, index_t k, index_t j, index_t n, double* sum) {
    T const *a = &g(k, j), *b = &g(k + 1, j), *c = &g(k + 2, j), *e = &g(k + 3, j);
    for (index_t i = 0; i < n; ++i) sum[i] += (w[0] * double(a[i]) + w[1] * double(b[i])) + (w[2] * double(c[i]) + w[3] * double(e[i]));
}

template <class T>
void weighted_tile(double const* w, view<T const> g, index_t j, index_t n, double* sum) {
    std::fill_n(sum, n, 0.0);
    if (g.col_stride == 1) {
        index_t k = 0;
        for (; k + 4 <= g.rows; k += 4) add_four_rows(w + k, g, k, j, n, sum);
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

}  // namespace detail

/// See the file's comment. `out` holds p numbers, 1 x p or p x 1, in other memory than the gradients.
template <class T>
void weighted_sum(cpu& device, std::span<double const> w, view<T const> g, view<T> out) {
    if (g.rows != index_t(w.size()) || out.size() != g.cols || (out.rows != 1 && out.cols != 1))
        throw error("isotypic: " + std::to_string(w.size()) + " weights and gradients of " + detail::shape_text(g.rows, g.cols) + " for a sum of " +
                    detail::shape_text(out.rows, out.cols));
    if (overlap(blocks<T const>(g), blocks<T>(out))) throw error("isotypic: the weighted sum lies in the memory of its gradients");
    if (out.cols == 1) out = out.transposed();
    constexpr index_t wide = 2048;
    detail::for_each_part(device, (g.cols + wide - 1) / wide, g.size(), [&](index_t i) {
        const index_t j = i * wide, n = (std::min)(wide, g.cols - j);
        double sum[wide];
        detail::weighted_tile<T>(w.data(), g, j, n, sum);
        for (index_t q = 0; q < n; ++q) out(0, j + q) = T(sum[q]);
    });
}

}  // namespace isotypic
