// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <cstddef>
#include <memory>
#include <type_traits>

/// \file
/// The memory of a GPU: what it may hold, who frees it, and what a step keeps there.
namespace isotypic {

/// The memory of a GPU.
struct gpu {};

/// A float whose products are taken by a GPU's matrix units, which read 11 of its bits: `stored_as<tf32>(engine)`.
struct tf32 {
    float value;
    tf32() = default;
    constexpr explicit tf32(double v) : value(float(v)) {}
    constexpr operator float() const { return value; }
};

template <>
inline constexpr bool stored_in<__half, gpu> = true;
template <>
inline constexpr bool stored_in<__nv_bfloat16, gpu> = true;
template <>
inline constexpr double unit_roundoff<__half> = 0x1p-11;
template <>
inline constexpr double unit_roundoff<__nv_bfloat16> = 0x1p-8;
template <>
inline constexpr double unit_roundoff<tf32> = 0x1p-11;
template <>
struct compute_of<tf32> {
    using type = float;
};
template <>
struct compute_of<__half> {
    using type = float;
};
template <>
struct compute_of<__nv_bfloat16> {
    using type = float;
};

/// A number that a GPU keeps; its kernels read it.
template <class T>
struct gpu_number {
    T const* at = nullptr;
    constexpr operator T() const { return *at; }
};

/// What became of the steps.
struct gpu_status {
    index_t steps;    ///< that were taken
    index_t refused;  ///< that held a number which is not finite, and wrote nothing
    index_t block;    ///< where it was found in the last such step: the block's place in its stack; -1 if never
};

namespace detail {

inline void check(cudaError_t e, char const* what) {
    if (e != cudaSuccess) throw error(std::string("isotypic: CUDA could not ") + what + ": " + cudaGetErrorString(e));
}

struct gpu_delete {
    void operator()(std::byte* p) const { cudaFree(p); }
};
struct gpu_memory {
    using owner = std::unique_ptr<std::byte, gpu_delete>;
    static constexpr std::size_t alignment = 256;
    static constexpr bool remembered = true;  // by the graphs of captured steps
    static owner allocate(std::size_t n) {
        void* p = nullptr;
        check(cudaMalloc(&p, n ? n : 1), ("allocate " + std::to_string(n) + " bytes").c_str());
        return owner(static_cast<std::byte*>(p));
    }
};

/// What a device keeps in the GPU's memory.
struct gpu_control {
    static constexpr index_t places = 64;
    int shut, block;
    long long steps, refused;
    int last_block;
    double numbers[places];
};

/// The gate in front of a kernel: null outside of a step.
struct gate {
    int const* shut;
    __device__ bool closed() const { return shut && *shut; }
};

// Templates, since a kernel cannot be inline.
template <class Control>
__global__ void open_kernel(Control* c) { c->shut = 0, c->block = 0x7fffffff; }
template <class Control>
__global__ void count_kernel(Control* c) {
    if (c->shut)
        ++c->refused, c->last_block = c->block;
    else
        ++c->steps;
}
template <class Control>
__global__ void continue_kernel(Control* c, index_t steps) { c->steps = steps; }
template <class Control>
__global__ void keep_kernel(Control* c, index_t place, double v) { c->numbers[place] = v; }

}  // namespace detail

}  // namespace isotypic
