// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_fused_rows.cuh>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/row_adam.hpp>

/// \file
/// Adam and row Adam with decay and the step on a GPU, each number through memory once:
///
///     m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  w <- keep w - rate m^ / (sqrt(v^) + eps)       7 numbers an element, 28 bytes in float
///     the same with one v a row (update/row_adam.hpp), by the kernel of cuda_fused_rows.cuh                5, 20
///
/// With a weight of 16 bits 22 and 14. The powers of b1 and b2 are taken once a block.
namespace isotypic {
namespace detail {

/// w <- keep w - rate adam(g) for one number; every fused product is spelled out.
template <class U>
__device__ void adam_entry(adam_weights<U> const& a, U rate, U keep, U& m, U& v, U g, U& w) {
    m = std::fma(a.keep1, m, a.take1 * g);
    v = std::fma(a.keep2, v, a.take2 * g * g);
    const U divisor = std::fma(std::sqrt(v), a.root_up, a.eps), direction = m * a.up / (divisor > 0 ? divisor : U(1));
    w = std::fma(keep, w, -(rate * direction));
}

template <bool whole, class U, class T>
__device__ void adam_pack(adam_weights<U> const& a, U rate, U keep, clipped_by<U> const& clipped, U* m, U* v, T const* g, T* w, index_t left) {
    constexpr int n = pack_width<T>;
    auto x = load_pack<whole, n>(m, left), y = load_pack<whole, n>(v, left);
    const auto fresh = load_pack<whole, n>(g, left);
    auto z = load_pack<whole, n>(w, left);
    for (int e = 0; e < n; ++e) {
        U now = U(z.at[e]);
        adam_entry(a, rate, keep, x.at[e], y.at[e], clipped(U(fresh.at[e])), now);
        z.at[e] = T(now);
    }
    store_pack<whole, n>(m, x, left), store_pack<whole, n>(v, y, left), store_pack<whole, n>(w, z, left);
}

template <class F, class U, class T, class Rate>
struct adam_job {
    static constexpr int threads = 256, resident = 4;
    gate shut;
    sweep_plan s;
    bool aligned;
    F f;
    step_size<Rate> size;
    blocks<U, gpu> m, v;
    blocks<T const, gpu> g;
    blocks<T, gpu> w;

    __device__ void operator()() const {
        if (shut.closed() || index_t(blockIdx.x) * blockDim.y >= s.rows || blockIdx.y >= w.matrices()) return;
        constexpr int n = pack_width<T>;
        const adam_weights<U> a = started_once(f);
        const auto numbers = size.at_start();
        const U rate = U(numbers.rate), keep = U(numbers.keep);
        const clipped_by<U> clipped(numbers.clip);
        for (index_t k = blockIdx.y; k < w.matrices(); k += gridDim.y) {
            const view<U, gpu> x = m.matrix(k), y = v.matrix(k);
            const view<T const, gpu> fresh = g.matrix(k);
            const view<T, gpu> z = w.matrix(k);
            for (index_t i = index_t(blockIdx.x) * blockDim.y + threadIdx.y; i < s.rows; i += index_t(gridDim.x) * blockDim.y) {
                const index_t end = (std::min)(s.cols, s.limit - i * s.cols);
                for (index_t j = index_t(threadIdx.x) * n; j < end; j += index_t(blockDim.x) * n) {
                    if (aligned && j + n <= end)
                        adam_pack<true>(a, rate, keep, clipped, &x(i, j), &y(i, j), &fresh(i, j), &z(i, j), n);
                    else
                        adam_pack<false>(a, rate, keep, clipped, &x(i, j), &y(i, j), &fresh(i, j), &z(i, j), end - j);
                }
            }
        }
    }
};

/// The factor of row Adam's row i, whose second moment it takes along.
template <class F>
struct of_moment {
    F f;
    double* second;
    struct now {
        row_moment f;
        double* second;
        __device__ double operator()(double length, index_t i) const {
            f(second[i], length);
            return length;
        }
    };
    static constexpr bool gradient = true;
    __device__ now at_start() const { return {f.at_start(), second}; }
};

}  // namespace detail

/// Adam; false, with nothing done, where the blocks have no common contiguous axis.
template <class F, class U, class T, class Rate>
bool fused_adam(cuda& d, F const& f, blocks<U, gpu> m, blocks<U, gpu> v, blocks<T const, gpu> g, blocks<T, gpu> w, detail::step_size<Rate> const& size) {
    if (!w.size()) return true;
    constexpr int n = detail::pack_width<T>;
    const detail::sweep_plan s = detail::plan_sweep(true, w, m, v, g);
    if (w.first.col_stride != 1 || m.first.col_stride != 1 || v.first.col_stride != 1 || g.first.col_stride != 1) return false;
    const bool aligned = detail::aligned_packs<n>(w) && detail::aligned_packs<n>(m) && detail::aligned_packs<n>(v) && detail::aligned_packs<n>(g);
    unsigned wide = 32;
    while (wide < 256 && index_t(wide) * n < s.cols) wide *= 2;
    const index_t high = 256 / wide, enough = 2048;
    const dim3 grid(unsigned((std::min)((s.rows + high - 1) / high, enough)), unsigned((std::min)(w.matrices(), index_t{65535})), 1);
    d.launch_job(grid, {wide, unsigned(high), 1}, detail::adam_job<F, U, T, Rate>{d.gate(), s, aligned, f, size, m, v, g, w});
    return true;
}

/// Row Adam; `second` holds a number for each row, and f is its `row_moment`.
template <class U, class T, class F, class Rate>
bool fused_row_adam(cuda& d, std::type_identity_t<U> k, std::type_identity_t<U> t, F const& f, double* second, blocks<U, gpu> const& m,
                    blocks<T const, gpu> const& g, blocks<T, gpu> const& w, detail::step_size<Rate> const& size) {
    return detail::launch_fused_rows(d, detail::of_moment<F>{f, second}, detail::mix<U>{k, t}, size, m, g, w);
}

}  // namespace isotypic
