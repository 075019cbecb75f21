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

template <class T>
struct finite_job {
    static constexpr int threads = 256, resident = 1;
    sweep_plan s;
    blocks<T const, gpu> x;
    int block;
    int *shut, *least;

    // Behind no gate: of several blocks the first is to be named.
    __device__ void operator()() const {
        bool fine = true;
        for (index_t m = blockIdx.y; m < x.matrices(); m += gridDim.y)
            sweep_matrix(s, [&](index_t, index_t, T const& v) { fine = fine && is_finite(v); }, x.matrix(m));
        if (!fine) atomicExch(shut, 1), atomicMin(least, block);
    }
};

}  // namespace detail

/// Shuts the gate if x, the gradient of the block at `place`, holds an infinity or a NaN.
template <class T>
void note_finite(cuda& d, blocks<T const, gpu> x, index_t place) {
    if (!x.size()) return;
    const detail::sweep_plan s = detail::plan_sweep(true, x);
    d.launch_job(s.grid(x.matrices()), s.threads(), detail::finite_job<T>{s, x, int(place), d.shut_flag(), d.shut_block()});
}

}  // namespace isotypic
