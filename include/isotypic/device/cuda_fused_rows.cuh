// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_fused_columns.cuh>

/// \file
/// Momentum, unit rows, decay and the step on a GPU, each number through memory once:
///
///     m_i <- k m_i + t g_i,    w_i <- keep w_i - rate f(|m_i|) m_i    for every row i, or f(|g_i|)
///
/// 5 numbers an element move, 20 bytes in float, 14 with a weight of 16 bits. A warp takes a row of up to 2 KiB of m and a block one
/// of up to 32 KiB: a thread has all that it reads of m and g under way before the first sum, and m waits in registers for its factor.
/// Longer rows are read again while they are still in the second cache. Sums run in double. Where columns are contiguous, rows are the
/// columns of cuda_fused_columns.cuh.
namespace isotypic {
namespace detail {

/// f(|m_i|) and f(|g_i|, i).
template <class F>
struct of_average {
    F f;
    struct now {
        F f;
        __device__ double operator()(double length, index_t) const { return f(length); }
    };
    static constexpr bool gradient = false;
    __device__ now at_start() const { return {f}; }
};

/// A thread holds `per` packs of its row; none if per is 0.
template <int per, bool whole, class F, class U, class T, class Rate>
struct rows_job {
    static constexpr int threads = 512, resident = 1;
    gate shut;
    F f;
    mix<U> average;
    step_size<Rate> size;
    blocks<U, gpu> m;
    blocks<T const, gpu> g;
    blocks<T, gpu> w;

    __device__ void operator()() const {
        if (shut.closed() || index_t(blockIdx.x) * blockDim.y >= w.rows() || blockIdx.y >= line_count(w)) return;
        constexpr int n = pack_width<T>;
        constexpr std::size_t held = per ? per : 1;
        auto const& factor = started_once(f);
        auto const& numbers = started_once(size);
        const clipped_by<U> clipped(numbers.clip);
        const U kept = average.k, taken = average.t;
        const int cols = int(w.cols()), packs = (cols + n - 1) / n, all = w.joined && !w.stacked ? 2 * packs : packs;
        const int lane = int(threadIdx.x), lanes = int(blockDim.x);
        for (index_t k = blockIdx.y; k < line_count(w); k += gridDim.y) {
            const line_panels<U> a(m, k);
            const line_panels<T const> b(g, k);
            const line_panels<T> c(w, k);
            for (index_t i = index_t(blockIdx.x) * blockDim.y + threadIdx.y; i < w.rows(); i += index_t(gridDim.x) * blockDim.y) {
                pack<U, n> x[held];
                pack<T, n> y[held], z[held];
                auto each = [&](auto const& todo) {
                    auto at = [&](int q, int p) {
                        const bool other = p >= packs;
                        const int j = (other ? p - packs : p) * n;
                        todo(q, other, j, cols - j);
                    };
                    if constexpr (per)
                        for (int q = 0; q < per; ++q) {
                            if (lane + q * lanes < all) at(q, lane + q * lanes);
                        }
                    else
                        for (int p = lane; p < all; p += lanes) at(0, p);
                };
                auto load_m = [&](int q, bool other, int j, int left) { x[q] = load_pack<whole, n>(a.row(other, i) + j, left); };
                auto load_g = [&](int q, bool other, int j, int left) { z[q] = load_pack<whole, n>(b.row(other, i) + j, left); };
                auto load_w = [&](int q, bool other, int j, int left) { y[q] = load_pack<whole, n>(c.row(other, i) + j, left); };
                if constexpr (per) each(load_m), each(load_g);

                double sum = 0;
                each([&](int q, bool other, int j, int left) {
                    if constexpr (!per) load_m(q, other, j, left), load_g(q, other, j, left);
                    for (int e = 0; e < n; ++e) {
                        const U fresh = clipped(U(z[q].at[e]));
                        x[q].at[e] = std::fma(kept, x[q].at[e], taken * fresh);
                        const double v = double(F::gradient ? fresh : x[q].at[e]);
                        sum = std::fma(v, v, sum);
                    }
                    store_pack<whole, n>(a.row(other, i) + j, x[q], left);
                });
                if constexpr (per) each(load_w);
                const double r = row_length_to<U>(sum, [&](double length) { return factor(length, k * w.rows() + i); }, [&](auto const& take) {
                    each([&](int q, bool other, int j, int left) {
                        if constexpr (!per && F::gradient) load_g(q, other, j, left);
                        if constexpr (!per && !F::gradient) load_m(q, other, j, left);
                        for (int e = 0; e < n; ++e) take(double(F::gradient ? clipped(U(z[q].at[e])) : x[q].at[e]));
                    });
                });
                const scaled_step<U> step{numbers.rate, numbers.keep, r};
                auto move = [&](auto small) {
                    each([&](int q, bool other, int j, int left) {
                        if constexpr (!per) load_m(q, other, j, left), load_w(q, other, j, left);
                        for (int e = 0; e < n; ++e) y[q].at[e] = T(step.template moved<small>(U(y[q].at[e]), x[q].at[e]));
                        store_pack<whole, n>(c.row(other, i) + j, y[q], left);
                    });
                };
                if (step.small())
                    move(std::true_type{});
                else
                    move(std::false_type{});
            }
        }
    }
};

/// False, with nothing done, where the blocks have no common contiguous axis, where rows are so long that the plain parts cut them, and
/// where launch_fused_columns says so.
template <class F, class U, class T, class Rate>
bool launch_fused_rows(cuda& d, F const& f, mix<U> average, step_size<Rate> const& size, blocks<U, gpu> const& m, blocks<T const, gpu> const& g,
                       blocks<T, gpu> const& w) {
    if (!w.size()) return true;
    constexpr int n = pack_width<T>, full = int(64 / (n * sizeof(U))), few = 1;
    const index_t all = (w.cols() + n - 1) / n * (w.joined && !w.stacked ? 2 : 1);
    if (m.first.col_stride != 1 || g.first.col_stride != 1 || w.first.col_stride != 1)
        return launch_fused_columns(d, f, average, size, m.transposed(), g.transposed(), w.transposed());
    if (all * n > 1 << 16) return false;
    const bool whole = w.cols() % n == 0 && aligned_packs<n>(m) && aligned_packs<n>(g) && aligned_packs<n>(w);
    auto launch = [&](auto per) {
        const row_threads how(w.rows(), line_count(w), all, per);
        if (whole)
            d.launch_job(how.grid, how.threads, rows_job<per, true, F, U, T, Rate>{d.gate(), f, average, size, m, g, w});
        else
            d.launch_job(how.grid, how.threads, rows_job<per, false, F, U, T, Rate>{d.gate(), f, average, size, m, g, w});
    };
    if (all <= 32 * few)
        launch(std::integral_constant<int, few>{});
    else if (all <= 512 * full)
        launch(std::integral_constant<int, full>{});
    else
        launch(std::integral_constant<int, 0>{});
    return true;
}

}  // namespace detail

/// See the file's comment; f maps |m_i| to a factor.
template <class U, class T, class F, class Rate>
bool fused_rows(cuda& d, std::type_identity_t<U> k, std::type_identity_t<U> t, F const& f, blocks<U, gpu> const& m, blocks<T const, gpu> const& g,
                blocks<T, gpu> const& w, detail::step_size<Rate> const& size) {
    return detail::launch_fused_rows(d, detail::of_average<F>{f}, detail::mix<U>{k, t}, size, m, g, w);
}

}  // namespace isotypic
