// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "cuda_runtime.h"
#include "stand_in/product.hpp"

#define STAND_IN_STATUSES(X)          \
    X(CUBLAS_STATUS_SUCCESS, 0)          \
    X(CUBLAS_STATUS_NOT_INITIALIZED, 1)  \
    X(CUBLAS_STATUS_ALLOC_FAILED, 3)     \
    X(CUBLAS_STATUS_INVALID_VALUE, 7)    \
    X(CUBLAS_STATUS_ARCH_MISMATCH, 8)    \
    X(CUBLAS_STATUS_MAPPING_ERROR, 11)   \
    X(CUBLAS_STATUS_EXECUTION_FAILED, 13) \
    X(CUBLAS_STATUS_INTERNAL_ERROR, 14)  \
    X(CUBLAS_STATUS_NOT_SUPPORTED, 15)   \
    X(CUBLAS_STATUS_LICENSE_ERROR, 16)

enum cublasStatus_t {
#define STAND_IN_STATUS(name, value) name = value,
    STAND_IN_STATUSES(STAND_IN_STATUS)
#undef STAND_IN_STATUS
};

inline char const* cublasGetStatusName(cublasStatus_t status) {
    switch (status) {
#define STAND_IN_STATUS(name, value) \
    case name: return #name;
        STAND_IN_STATUSES(STAND_IN_STATUS)
#undef STAND_IN_STATUS
    }
    return "CUBLAS_STATUS_UNKNOWN";
}
#undef STAND_IN_STATUSES
inline char const* cublasGetStatusString(cublasStatus_t status) { return cublasGetStatusName(status); }

enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_OP_C = 2 };
enum cublasFillMode_t { CUBLAS_FILL_MODE_LOWER = 0, CUBLAS_FILL_MODE_UPPER = 1, CUBLAS_FILL_MODE_FULL = 2 };
enum cublasDiagType_t { CUBLAS_DIAG_NON_UNIT = 0, CUBLAS_DIAG_UNIT = 1 };
enum cublasSideMode_t { CUBLAS_SIDE_LEFT = 0, CUBLAS_SIDE_RIGHT = 1 };
enum cublasPointerMode_t { CUBLAS_POINTER_MODE_HOST = 0, CUBLAS_POINTER_MODE_DEVICE = 1 };
enum cublasGemmAlgo_t { CUBLAS_GEMM_DFALT = -1, CUBLAS_GEMM_DEFAULT = -1, CUBLAS_GEMM_DEFAULT_TENSOR_OP = 99 };
enum cublasMath_t {
    CUBLAS_DEFAULT_MATH = 0,
    CUBLAS_TENSOR_OP_MATH = 1,
    CUBLAS_PEDANTIC_MATH = 2,
    CUBLAS_TF32_TENSOR_OP_MATH = 3,
    CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION = 16
};
enum cublasComputeType_t {
    CUBLAS_COMPUTE_16F = 64,
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_PEDANTIC = 69,
    CUBLAS_COMPUTE_64F = 70,
    CUBLAS_COMPUTE_64F_PEDANTIC = 71,
    CUBLAS_COMPUTE_32F_FAST_16F = 74,
    CUBLAS_COMPUTE_32F_FAST_16BF = 75,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77
};

struct cublasContext {
    cudaStream_t stream = nullptr;
    cublasMath_t math = CUBLAS_DEFAULT_MATH;
    cublasPointerMode_t pointers = CUBLAS_POINTER_MODE_HOST;
};
using cublasHandle_t = cublasContext*;

// As in the toolkit: an address of one of them is an address of its _v2.
#define cublasCreate cublasCreate_v2
#define cublasDestroy cublasDestroy_v2
#define cublasSetStream cublasSetStream_v2
#define cublasGetStream cublasGetStream_v2
#define cublasSetWorkspace cublasSetWorkspace_v2
#define cublasSetPointerMode cublasSetPointerMode_v2
#define cublasGetPointerMode cublasGetPointerMode_v2

inline cublasStatus_t cublasCreate(cublasHandle_t* handle) {
    if (!handle) return CUBLAS_STATUS_INVALID_VALUE;
    *handle = new cublasContext;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasDestroy(cublasHandle_t handle) {
    delete handle;
    return handle ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}
inline cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    handle->stream = stream;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasGetStream(cublasHandle_t handle, cudaStream_t* stream) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!stream) return CUBLAS_STATUS_INVALID_VALUE;
    *stream = handle->stream;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t size) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    stand_in::guard const one(stand_in::device_mutex);
    return size == 0 || stand_in::registry::on_device(workspace, size) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}
inline cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    handle->math = mode;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasGetMathMode(cublasHandle_t handle, cublasMath_t* mode) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    *mode = handle->math;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    handle->pointers = mode;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasGetPointerMode(cublasHandle_t handle, cublasPointerMode_t* mode) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    *mode = handle->pointers;
    return CUBLAS_STATUS_SUCCESS;
}

namespace stand_in {

struct gemm_call {
    cublasHandle_t handle;
    cublasOperation_t transa, transb;
    int m, n, k;
    void const* alpha;
    cudaDataType a_type;
    int lda;
    cudaDataType b_type;
    int ldb;
    void const* beta;
    cudaDataType c_type;
    int ldc, count;
    cublasComputeType_t compute;

    // factors(i): the three matrices of the i-th product, asked for when it runs.
    template <class Matrices>
    cublasStatus_t operator()(Matrices matrices) const {
        guard const one(device_mutex);
        if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
        if (!known(transa) || !known(transb) || m < 0 || n < 0 || k < 0 || count < 0) return CUBLAS_STATUS_INVALID_VALUE;
        if (lda < std::max(1, transa == CUBLAS_OP_N ? m : k) || ldb < std::max(1, transb == CUBLAS_OP_N ? k : n) || ldc < std::max(1, m))
            return CUBLAS_STATUS_INVALID_VALUE;
        if (!alpha || !beta) return CUBLAS_STATUS_INVALID_VALUE;
        if (!supported()) return CUBLAS_STATUS_NOT_SUPPORTED;
        if (m == 0 || n == 0 || count == 0) return CUBLAS_STATUS_SUCCESS;
        return compute == CUBLAS_COMPUTE_64F || compute == CUBLAS_COMPUTE_64F_PEDANTIC ? submit<double>(matrices) : submit<float>(matrices);
    }

    // Whether a later C of a batch has an element of this one's.
    bool overlap(long long stride) const {
        for (long long i = 1; i < count; ++i) {
            long long const apart = std::abs(stride) * i, column = apart / ldc, row = apart % ldc;
            if ((column < n && row < m) || (column + 1 < n && ldc - row < m)) return true;
        }
        return false;
    }

private:
    static bool known(cublasOperation_t op) { return op == CUBLAS_OP_N || op == CUBLAS_OP_T || op == CUBLAS_OP_C; }
    bool supported() const {
        if (a_type != b_type) return false;
        switch (compute) {
            case CUBLAS_COMPUTE_64F:
            case CUBLAS_COMPUTE_64F_PEDANTIC: return a_type == CUDA_R_64F && c_type == CUDA_R_64F;
            case CUBLAS_COMPUTE_32F_FAST_16F:
            case CUBLAS_COMPUTE_32F_FAST_16BF:
            case CUBLAS_COMPUTE_32F_FAST_TF32: return a_type == CUDA_R_32F && c_type == CUDA_R_32F;
            case CUBLAS_COMPUTE_32F:
            case CUBLAS_COMPUTE_32F_PEDANTIC:
                return (a_type == CUDA_R_32F && c_type == CUDA_R_32F) ||
                       ((a_type == CUDA_R_16F || a_type == CUDA_R_16BF) && (c_type == a_type || c_type == CUDA_R_32F));
            case CUBLAS_COMPUTE_16F: return false;
        }
        return false;
    }

    template <class T, class Matrices>
    cublasStatus_t submit(Matrices const& matrices) const {
        bool const on_host = handle->pointers == CUBLAS_POINTER_MODE_HOST;
        if (on_host != !registry::on_device(alpha, sizeof(T)) || on_host != !registry::on_device(beta, sizeof(T))) return CUBLAS_STATUS_INVALID_VALUE;
        T const a = on_host ? *static_cast<T const*>(alpha) : T{0};
        T const b = on_host ? *static_cast<T const*>(beta) : T{0};
        bool const tf32 = a_type == CUDA_R_32F &&
                          (compute == CUBLAS_COMPUTE_32F_FAST_TF32 || (compute == CUBLAS_COMPUTE_32F && handle->math == CUBLAS_TF32_TENSOR_OP_MATH));
        auto const size = [](int i) { return static_cast<std::size_t>(i); };
        product<T> const run{transa != CUBLAS_OP_N, transb != CUBLAS_OP_N, tf32, size(m), size(n), size(k), a_type, c_type, size(lda), size(ldb), size(ldc)};
        cudaError_t const error = streams::submit(handle->stream, [=, alpha_at = alpha, beta_at = beta, count_ = count] {
            ++counts.toolkit_calls;
            T const by = on_host ? a : *static_cast<T const*>(alpha_at);
            T const with = on_host ? b : *static_cast<T const*>(beta_at);
            for (int i = 0; i < count_; ++i) {
                auto const [left, right, to] = matrices(i);
                run(by, left, right, with, to);
            }
        });
        return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
    }
};

struct gemm_matrices {
    void const* a;
    void const* b;
    void* c;
};

}  // namespace stand_in

inline cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, void const* alpha,
                                   void const* a, cudaDataType a_type, int lda, void const* b, cudaDataType b_type, int ldb, void const* beta, void* c,
                                   cudaDataType c_type, int ldc, cublasComputeType_t compute, cublasGemmAlgo_t /*algo*/) {
    return stand_in::gemm_call{handle, transa, transb, m, n, k, alpha, a_type, lda, b_type, ldb, beta, c_type, ldc, 1, compute}(
        [=](int) { return stand_in::gemm_matrices{a, b, c}; });
}

inline cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k,
                                                 void const* alpha, void const* a, cudaDataType a_type, int lda, long long a_stride, void const* b,
                                                 cudaDataType b_type, int ldb, long long b_stride, void const* beta, void* c, cudaDataType c_type,
                                                 int ldc, long long c_stride, int count, cublasComputeType_t compute, cublasGemmAlgo_t /*algo*/) {
    stand_in::gemm_call const call{handle, transa, transb, m, n, k, alpha, a_type, lda, b_type, ldb, beta, c_type, ldc, count, compute};
    return call([=](int i) {
        if (i == 0 && call.overlap(c_stride)) stand_in::die("the C of a batch of products overlap");
        auto const bytes = [i](long long stride, cudaDataType type) { return stride * i * static_cast<long long>(stand_in::size_of(type)); };
        return stand_in::gemm_matrices{static_cast<char const*>(a) + bytes(a_stride, a_type), static_cast<char const*>(b) + bytes(b_stride, b_type),
                                       static_cast<char*>(c) + bytes(c_stride, c_type)};
    });
}
