// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sweep.cuh>
#include <cstdint>

/// \file
/// Is every number of a gradient finite? A GPU does not wait for the answer: one that is not shuts the gate in front of the step's other
/// kernels. Exponents are read as integers, so no compiler flag about floating point changes the answer.
namespace isotypic {
namespace detail {

template <class T>
__device__ bool is_finite(T const& v) {
    if constexpr (sizeof(T) == 8)
        return (reinterpret_cast<std::uint64_t const&>(v) >> 52 & 0x7ff) != 0x7ff;
    else if constexpr (sizeof(T) == 4)
        return (reinterpret_cast<std::uint32_t const&>(v) >> 23 & 0xff) != 0xff;
    else if constexpr (std::is_same_v<T, __half>)
        return (reinterpret_cast<std::uint16_t const&>(v) >> 10 & 0x1f) != 0x1f;
    else
        return (reinterpret_cast<std::uint16_t const&>(v) >> 7 & 0xff) != 0xff;
}

/// 16 bytes at a time and of four rows at once, for what waits for memory alone.
template <class T>
struct finite_job {
    static constexpr int threads = 256, resident = 4;
    sweep_plan s;
    bool aligned;
    blocks<T const, gpu> x;
    int block;
    int *shut, *least;

    // Behind no gate: of several blocks the first is to be named.
    __device__ void operator()() const {
        constexpr int n = pack_width<T>, ahead = 4;
        const index_t below = index_t(gridDim.x) * blockDim.y;
        bool fine = true;
        for (index_t m = blockIdx.y; m < x.matrices(); m += gridDim.y) {
            const view<T const, gpu> v = x.matrix(m);
            for (index_t i = index_t(blockIdx.x) * blockDim.y + threadIdx.y; i < s.rows; i += ahead * below)
                for (index_t j = index_t(threadIdx.x) * n; j < s.cols; j += index_t(blockDim.x) * n)
                    if (aligned && (i + (ahead - 1) * below) * s.cols + j + n <= s.limit) {
                        pack<T, n> p[std::size_t(ahead)];
                        for (int q = 0; q < ahead; ++q) p[q] = load_pack<true, n>(&v(i + q * below, j), n);
                        for (auto const& all : p)
                            for (T const& u : all.at) fine &= is_finite(u);
                    } else {
                        for (index_t k = i; k < s.rows && k < i + ahead * below; k += below)
                            for (index_t e = j; e < j + n && e < s.cols && k * s.cols + e < s.limit; ++e) fine &= is_finite(v(k, e));
                    }
        }
        if (!fine) atomicExch(shut, 1), atomicMin(least, block);
    }
};

}  // namespace detail

/// Shuts the gate if x, the gradient of the block at `place`, holds an infinity or a NaN.
template <class T>
void note_finite(cuda& d, blocks<T const, gpu> x, index_t place) {
    if (!x.size()) return;
    constexpr int n = detail::pack_width<T>;
    const detail::sweep_plan s = detail::plan_sweep(true, x);
    unsigned wide = 32;
    while (wide < 256 && index_t(wide) * n < s.cols) wide *= 2;
    const index_t high = 4 * 256 / wide;
    const dim3 grid(unsigned((std::min)((s.rows + high - 1) / high, index_t{2048})), unsigned((std::min)(x.matrices(), index_t{65535})), 1);
    const bool aligned = x.first.col_stride == 1 && s.cols % n == 0 && detail::aligned_packs<n>(x);
    d.launch_job(grid, {wide, 256 / wide, 1}, detail::finite_job<T>{s, aligned, x, int(place), d.shut_flag(), d.shut_block()});
}

}  // namespace isotypic
