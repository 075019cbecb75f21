// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_bands.cuh>

/// \file
/// Momentum, unit columns, decay and the step on a GPU where rows are contiguous, in two sweeps:
///
///     m <- k m + t g,    s_j = f(|m_j|) or f(|g_j|)        12 bytes an element in float
///     w_j <- keep w_j - rate s_j m_j for every column j    12
///
/// Sums run in double, in an order that follows from the shape. For float and shorter numbers, whose squares double holds.
namespace isotypic::detail {

/// s_j, from the sum of column j's squares.
template <class F>
struct keep_factor {
    F f;
    double* s;
    index_t cols, pitch;
    __device__ void operator()(index_t k, index_t j, double sum) const { s[k * pitch + j] = started(f)(std::sqrt(sum), k * cols + j); }
};

template <bool whole, class U, class T, class Rate>
struct column_step_job {
    static constexpr int threads = 256, resident = 2, n = pack_width<T>;
    gate shut;
    bands cut;
    step_size<Rate> size;
    blocks<U, gpu> m;
    blocks<T, gpu> w;
    double const* s;
    index_t pitch;

    __device__ void operator()() const {
        const band_place at(cut.high, n, w.rows(), w.cols(), w.matrices());
        if (shut.closed() || at.idle || at.left <= 0) return;
        const view<U, gpu> a = m.matrix(at.matrix);
        const view<T, gpu> b = w.matrix(at.matrix);
        const auto numbers = size.at_start();
        const auto r = load_pack<true, n>(s + at.matrix * pitch + at.first, n);
        bool small = true;
        for (int e = 0; e < n; ++e) small = small && (e >= at.left || scaled_step<U>{numbers.rate, numbers.keep, r.at[e]}.small());
        auto move = [&](auto all_small) {
            pack<U, n> x[std::size_t(rows_ahead<n>)];
            pack<T, n> y[std::size_t(rows_ahead<n>)];
            at.template for_each_row<rows_ahead<n>>(
                [&](int q, index_t i) { x[q] = load_pack<whole, n>(&a(i, at.first), at.left), y[q] = load_pack<whole, n>(&b(i, at.first), at.left); },
                [&](int q, index_t i) {
                    for (int e = 0; e < n; ++e) {
                        const scaled_step<U> step{numbers.rate, numbers.keep, r.at[e]};
                        y[q].at[e] = T(step.template moved<all_small>(U(y[q].at[e]), x[q].at[e]));
                    }
                    store_pack<whole, n>(&b(i, at.first), y[q], at.left);
                });
        };
        if (small)
            move(std::true_type{});
        else
            move(std::false_type{});
    }
};

/// False, with nothing done, for doubles, where rows are not contiguous, and where a column goes through both panels of a pair.
template <class F, class U, class T, class Rate>
bool launch_fused_columns(cuda& d, F const& f, mix<U> average, step_size<Rate> const& size, blocks<U, gpu> const& m, blocks<T const, gpu> const& g,
                          blocks<T, gpu> const& w) {
    if constexpr (sizeof(U) == sizeof(double)) {
        return false;
    } else {
        constexpr int n = pack_width<T>;
        const index_t cols = w.cols(), pitch = (cols + 15) / 16 * 16, matrices = w.matrices();
        const bool unit = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
        if (w.stacked || !unit || too_many_tiles(cols, n, matrices)) return false;
        const bool whole = cols % n == 0 && aligned_packs<n>(m) && aligned_packs<n>(g) && aligned_packs<n>(w);
        const bands cut(w.rows());
        auto& memory = d.job_scratch(8 * matrices * (pitch + cut.count * cols));
        double *s = memory.template take<double>(matrices * pitch), *part = memory.template take<double>(matrices * cut.count * cols);
        const band_threads how(cut, cols, n, matrices);
        auto launch = [&](auto packed) {
            constexpr auto what = F::gradient ? band_sum::squares_of_gradient : band_sum::squares;
            d.launch_job(how.grid, how.threads, average_bands_job<packed, what, U, T, Rate>{d.gate(), cut, average, size.clip, m, g, part}, 0);
            sum_of_bands(d, part, cut, cols, matrices, keep_factor<F>{f, s, cols, pitch}, 1);
            d.launch_job(how.grid, how.threads, column_step_job<packed, U, T, Rate>{d.gate(), cut, size, m, w, s, pitch}, 2);
        };
        if (whole)
            launch(std::true_type{});
        else
            launch(std::false_type{});
        return true;
    }
}

}  // namespace isotypic::detail
