// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../cuda_bf16.h"
#include "../cuda_fp16.h"
#include "../library_types.h"
#include "counts.hpp"
#include "die.hpp"
#include "registry.hpp"

namespace stand_in {

inline std::size_t size_of(cudaDataType type) {
    switch (type) {
        case CUDA_R_32F: return 4;
        case CUDA_R_64F: return 8;
        case CUDA_R_16F: return 2;
        case CUDA_R_16BF: return 2;
        default: return 0;
    }
}

// An array that a library reads or writes: `columns` columns of `rows`, `stride` apart.
inline void check_device(char const* name, void const* p, std::size_t rows, std::size_t columns, std::size_t stride, std::size_t size) {
    if (rows == 0 || columns == 0) return;
    if (!registry::on_device(p, ((columns - 1) * stride + rows) * size)) die("%s is not, or not whole, in the device's memory", name);
}

inline float to_tf32(float x) {
    auto const bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7f800000u) == 0x7f800000u) return x;
    return std::bit_cast<float>((bits + 0xfffu + (bits >> 13 & 1u)) & ~0x1fffu);
}

#define STAND_IN_UNCHECKED __attribute__((no_sanitize("address"), no_sanitize("undefined")))

// C = alpha op(A) op(B) + beta C, by columns, accumulated in T.
template <class T>
class product {
public:
    bool transpose_a, transpose_b, tf32;
    std::size_t m, n, k;
    cudaDataType factors, result;
    std::size_t lda, ldb, ldc;

    void operator()(T alpha, void const* a, void const* b, T beta, void* c) const {
        bool const reads = alpha != T{0} && k != 0;
        if (reads) {
            check_device("A", a, transpose_a ? k : m, transpose_a ? m : k, lda, size_of(factors));
            check_device("B", b, transpose_b ? n : k, transpose_b ? k : n, ldb, size_of(factors));
        }
        check_device("C", c, m, n, ldc, size_of(result));
        std::vector<T>& sums = scratch(2, m * n);
        std::fill(sums.begin(), sums.end(), T{0});
        if (reads) {
            std::vector<T>& left = scratch(0, m * k);   // op(A), column after column
            std::vector<T>& right = scratch(1, k * n);  // op(B)
            load(left, a, m, k, lda, transpose_a);
            load(right, b, k, n, ldb, transpose_b);
            multiply(left.data(), right.data(), sums.data());
        }
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t i = 0; i < m; ++i) {
                T value = alpha * sums[j * m + i];
                if (beta != T{0}) value += beta * read(c, result, j * ldc + i);
                write(c, j * ldc + i, value);
            }
    }

private:
    static std::vector<T>& scratch(std::size_t which, std::size_t size) {
        static std::vector<T> kept[3];
        kept[which].resize(size);
        return kept[which];
    }

    static T read(void const* p, cudaDataType type, std::size_t i) {
        switch (type) {
            case CUDA_R_64F: return static_cast<T>(static_cast<double const*>(p)[i]);
            case CUDA_R_16F: return static_cast<T>(static_cast<float>(static_cast<__half const*>(p)[i]));
            case CUDA_R_16BF: return static_cast<T>(static_cast<float>(static_cast<__nv_bfloat16 const*>(p)[i]));
            default: return static_cast<T>(static_cast<float const*>(p)[i]);
        }
    }
    void write(void* p, std::size_t i, T value) const {
        switch (result) {
            case CUDA_R_64F: static_cast<double*>(p)[i] = static_cast<double>(value); break;
            case CUDA_R_16F: static_cast<__half*>(p)[i] = __half(value); break;
            case CUDA_R_16BF: static_cast<__nv_bfloat16*>(p)[i] = __nv_bfloat16(value); break;
            default: static_cast<float*>(p)[i] = static_cast<float>(value); break;
        }
    }
    void load(std::vector<T>& to, void const* from, std::size_t rows, std::size_t columns, std::size_t ld, bool transposed) const {
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t i = 0; i < rows; ++i) {
                T value = read(from, factors, transposed ? i * ld + j : j * ld + i);
                if constexpr (sizeof(T) == 4)
                    if (tf32) value = to_tf32(value);
                to[j * rows + i] = value;
            }
    }
    // Four columns of op(A) at a time: a fourth of the sums' traffic.
    STAND_IN_UNCHECKED void multiply(T const* __restrict__ a, T const* __restrict__ b, T* __restrict__ c) const {
        for (std::size_t j = 0; j < n; ++j) {
            T* const to = c + j * m;
            T const* const by = b + j * k;
            std::size_t p = 0;
            for (; p + 4 <= k; p += 4) {
                T const* const from = a + p * m;
                for (std::size_t i = 0; i < m; ++i)
                    to[i] += (from[i] * by[p] + from[m + i] * by[p + 1]) + (from[2 * m + i] * by[p + 2] + from[3 * m + i] * by[p + 3]);
            }
            for (; p < k; ++p)
                for (std::size_t i = 0; i < m; ++i) to[i] += a[p * m + i] * by[p];
        }
    }
};

#undef STAND_IN_UNCHECKED

}  // namespace stand_in
