// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "cublas_v2.h"
#include "stand_in/factor.hpp"

enum cusolverStatus_t {
    CUSOLVER_STATUS_SUCCESS = 0,
    CUSOLVER_STATUS_NOT_INITIALIZED = 1,
    CUSOLVER_STATUS_ALLOC_FAILED = 2,
    CUSOLVER_STATUS_INVALID_VALUE = 3,
    CUSOLVER_STATUS_ARCH_MISMATCH = 4,
    CUSOLVER_STATUS_MAPPING_ERROR = 5,
    CUSOLVER_STATUS_EXECUTION_FAILED = 6,
    CUSOLVER_STATUS_INTERNAL_ERROR = 7,
    CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED = 8,
    CUSOLVER_STATUS_NOT_SUPPORTED = 9,
    CUSOLVER_STATUS_ZERO_PIVOT = 10,
    CUSOLVER_STATUS_INVALID_LICENSE = 11,
    CUSOLVER_STATUS_INVALID_WORKSPACE = 31
};
enum cusolverEigMode_t { CUSOLVER_EIG_MODE_NOVECTOR = 0, CUSOLVER_EIG_MODE_VECTOR = 1 };

struct cusolverDnContext {
    cudaStream_t stream = nullptr;
};
using cusolverDnHandle_t = cusolverDnContext*;
struct cusolverDnParams {
    int unused = 0;
};
using cusolverDnParams_t = cusolverDnParams*;

inline cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
    if (!handle) return CUSOLVER_STATUS_INVALID_VALUE;
    *handle = new cusolverDnContext;
    return CUSOLVER_STATUS_SUCCESS;
}
inline cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
    delete handle;
    return handle ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_NOT_INITIALIZED;
}
inline cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
    if (!handle) return CUSOLVER_STATUS_NOT_INITIALIZED;
    handle->stream = stream;
    return CUSOLVER_STATUS_SUCCESS;
}
inline cusolverStatus_t cusolverDnGetStream(cusolverDnHandle_t handle, cudaStream_t* stream) {
    if (!handle) return CUSOLVER_STATUS_NOT_INITIALIZED;
    *stream = handle->stream;
    return CUSOLVER_STATUS_SUCCESS;
}
inline cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* params) {
    *params = new cusolverDnParams;
    return CUSOLVER_STATUS_SUCCESS;
}
inline cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params) {
    delete params;
    return CUSOLVER_STATUS_SUCCESS;
}

namespace stand_in {

inline bool real(cudaDataType type) { return type == CUDA_R_32F || type == CUDA_R_64F; }

// More than nothing wherever the library may ask for something, so that a caller who leaves it out is found.
struct workspace {
    void* device;
    std::size_t device_size;
    void* host;
    std::size_t host_size;

    static std::size_t on_device(std::int64_t m, std::int64_t n, cudaDataType type) { return static_cast<std::size_t>((m + 1) * (n + 1)) * size_of(type); }
    static std::size_t on_host(std::int64_t n) { return static_cast<std::size_t>(8 * n + 8); }

    bool holds(std::size_t device_needs, std::size_t host_needs) const {
        return device_size >= device_needs && registry::on_device(device, device_size) && host_size >= host_needs &&
               (host_needs == 0 || (host && registry::on_host(host, host_size)));
    }
    // Whatever else was kept there is lost.
    void spoil() const {
        std::memset(device, 0xff, device_size);
        if (host_size != 0 && host) std::memset(host, 0xff, host_size);
    }
};

// run.template operator()<T>() gives info.
template <class Run>
cusolverStatus_t submit(cusolverDnHandle_t handle, cudaDataType type, workspace const& space, int* info, Run const& run) {
    if (!registry::on_device(info, sizeof *info)) return CUSOLVER_STATUS_INVALID_VALUE;
    cudaError_t const error = streams::submit(handle->stream, [=] {
        ++counts.toolkit_calls;
        space.spoil();
        *info = type == CUDA_R_64F ? run(double{}) : run(float{});
    });
    return error == cudaSuccess ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_EXECUTION_FAILED;
}

inline cusolverStatus_t check_triangle(cusolverDnHandle_t handle, cublasFillMode_t uplo, std::int64_t n, cudaDataType type, std::int64_t lda) {
    if (!handle) return CUSOLVER_STATUS_NOT_INITIALIZED;
    if (uplo != CUBLAS_FILL_MODE_LOWER && uplo != CUBLAS_FILL_MODE_UPPER) return CUSOLVER_STATUS_INVALID_VALUE;
    return n < 0 || lda < std::max<std::int64_t>(1, n) || !real(type) ? CUSOLVER_STATUS_INVALID_VALUE : CUSOLVER_STATUS_SUCCESS;
}

inline void check_square(void const* a, std::int64_t n, std::int64_t lda, cudaDataType type) {
    check_device("A", a, static_cast<std::size_t>(n), static_cast<std::size_t>(n), static_cast<std::size_t>(lda), size_of(type));
}

}  // namespace stand_in

inline cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, cublasFillMode_t uplo, std::int64_t n,
                                                    cudaDataType type, void const* /*a*/, std::int64_t lda, cudaDataType compute,
                                                    std::size_t* device_size, std::size_t* host_size) {
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS || compute != type) return status != CUSOLVER_STATUS_SUCCESS ? status : CUSOLVER_STATUS_INVALID_VALUE;
    *device_size = stand_in::workspace::on_device(0, n, type);
    *host_size = 0;
    return CUSOLVER_STATUS_SUCCESS;
}

inline cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, cublasFillMode_t uplo, std::int64_t n,
                                         cudaDataType type, void* a, std::int64_t lda, cudaDataType compute, void* device, std::size_t device_size,
                                         void* host, std::size_t host_size, int* info) {
    stand_in::guard const one(stand_in::device_mutex);
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    stand_in::workspace const space{device, device_size, host, host_size};
    if (compute != type || !space.holds(stand_in::workspace::on_device(0, n, type), 0)) return CUSOLVER_STATUS_INVALID_VALUE;
    return stand_in::submit(handle, type, space, info, [=]<class T>(T) {
        stand_in::check_square(a, n, lda, type);
        return stand_in::potrf(stand_in::triangle<T>{stand_in::matrix<T>(a, n, n, lda), uplo == CUBLAS_FILL_MODE_LOWER});
    });
}

inline cusolverStatus_t cusolverDnXtrtri_bufferSize(cusolverDnHandle_t handle, cublasFillMode_t uplo, cublasDiagType_t /*diag*/, std::int64_t n,
                                                    cudaDataType type, void* /*a*/, std::int64_t lda, std::size_t* device_size, std::size_t* host_size) {
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    *device_size = stand_in::workspace::on_device(0, n, type);
    *host_size = stand_in::workspace::on_host(n);
    return CUSOLVER_STATUS_SUCCESS;
}

inline cusolverStatus_t cusolverDnXtrtri(cusolverDnHandle_t handle, cublasFillMode_t uplo, cublasDiagType_t diag, std::int64_t n, cudaDataType type,
                                         void* a, std::int64_t lda, void* device, std::size_t device_size, void* host, std::size_t host_size, int* info) {
    stand_in::guard const one(stand_in::device_mutex);
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    stand_in::workspace const space{device, device_size, host, host_size};
    if (!space.holds(stand_in::workspace::on_device(0, n, type), stand_in::workspace::on_host(n))) return CUSOLVER_STATUS_INVALID_VALUE;
    return stand_in::submit(handle, type, space, info, [=]<class T>(T) {
        stand_in::check_square(a, n, lda, type);
        return stand_in::trtri(stand_in::triangle<T>{stand_in::matrix<T>(a, n, n, lda), uplo == CUBLAS_FILL_MODE_LOWER}, diag == CUBLAS_DIAG_UNIT);
    });
}

#define STAND_IN_POTRI(name, type, data)                                                                                                            \
    inline cusolverStatus_t name##_bufferSize(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, type* /*a*/, int lda, int* lwork) {          \
        auto const status = stand_in::check_triangle(handle, uplo, n, data, lda);                                                                   \
        if (status == CUSOLVER_STATUS_SUCCESS) *lwork = n + 1;                                                                                      \
        return status;                                                                                                                              \
    }                                                                                                                                               \
    inline cusolverStatus_t name(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, type* a, int lda, type* work, int lwork, int* info) {     \
        stand_in::guard const one(stand_in::device_mutex);                                                                                          \
        auto const status = stand_in::check_triangle(handle, uplo, n, data, lda);                                                                   \
        if (status != CUSOLVER_STATUS_SUCCESS) return status;                                                                                       \
        stand_in::workspace const space{work, static_cast<std::size_t>(lwork) * sizeof(type), nullptr, 0};                                          \
        if (lwork < n + 1 || !space.holds(0, 0)) return CUSOLVER_STATUS_INVALID_VALUE;                                                              \
        return stand_in::submit(handle, data, space, info, [=](auto) {                                                                              \
            stand_in::check_square(a, n, lda, data);                                                                                                \
            return stand_in::potri(stand_in::triangle<type>{stand_in::matrix<type>(a, n, n, lda), uplo == CUBLAS_FILL_MODE_LOWER});                 \
        });                                                                                                                                         \
    }
STAND_IN_POTRI(cusolverDnSpotri, float, CUDA_R_32F)
STAND_IN_POTRI(cusolverDnDpotri, double, CUDA_R_64F)
#undef STAND_IN_POTRI

inline cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, cusolverEigMode_t /*jobz*/,
                                                    cublasFillMode_t uplo, std::int64_t n, cudaDataType type, void const* /*a*/, std::int64_t lda,
                                                    cudaDataType w_type, void const* /*w*/, cudaDataType compute, std::size_t* device_size,
                                                    std::size_t* host_size) {
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    if (w_type != type || compute != type) return CUSOLVER_STATUS_INVALID_VALUE;
    *device_size = stand_in::workspace::on_device(n, n, type);
    *host_size = stand_in::workspace::on_host(n);
    return CUSOLVER_STATUS_SUCCESS;
}

inline cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, cusolverEigMode_t jobz, cublasFillMode_t uplo,
                                         std::int64_t n, cudaDataType type, void* a, std::int64_t lda, cudaDataType w_type, void* w,
                                         cudaDataType compute, void* device, std::size_t device_size, void* host, std::size_t host_size, int* info) {
    stand_in::guard const one(stand_in::device_mutex);
    auto const status = stand_in::check_triangle(handle, uplo, n, type, lda);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    stand_in::workspace const space{device, device_size, host, host_size};
    if (w_type != type || compute != type || !space.holds(stand_in::workspace::on_device(n, n, type), stand_in::workspace::on_host(n)))
        return CUSOLVER_STATUS_INVALID_VALUE;
    return stand_in::submit(handle, type, space, info, [=]<class T>(T) {
        stand_in::check_square(a, n, lda, type);
        stand_in::check_device("W", w, static_cast<std::size_t>(n), 1, static_cast<std::size_t>(n), sizeof(T));
        return stand_in::syevd<T>(jobz == CUSOLVER_EIG_MODE_VECTOR, uplo == CUBLAS_FILL_MODE_LOWER, stand_in::matrix<T>(a, n, n, lda), static_cast<T*>(w));
    });
}

namespace stand_in {

// Only tall matrices, as the toolkit.
inline cusolverStatus_t check_gesvd(cusolverDnHandle_t handle, signed char jobu, signed char jobvt, std::int64_t m, std::int64_t n, cudaDataType type,
                                    std::int64_t lda, cudaDataType s_type, cudaDataType u_type, std::int64_t ldu, cudaDataType vt_type,
                                    std::int64_t ldvt, cudaDataType compute) {
    if (!handle) return CUSOLVER_STATUS_NOT_INITIALIZED;
    auto const job = [](signed char j) { return j == 'A' || j == 'S' || j == 'O' || j == 'N'; };
    if (!job(jobu) || !job(jobvt) || (jobu == 'O' && jobvt == 'O')) return CUSOLVER_STATUS_INVALID_VALUE;
    if (n < 0 || m < n || lda < std::max<std::int64_t>(1, m) || !real(type)) return CUSOLVER_STATUS_INVALID_VALUE;
    if (s_type != type || u_type != type || vt_type != type || compute != type) return CUSOLVER_STATUS_INVALID_VALUE;
    bool const writes_u = jobu == 'A' || jobu == 'S';
    bool const writes_vt = jobvt == 'A' || jobvt == 'S';
    return ldu < (writes_u ? std::max<std::int64_t>(1, m) : 1) || ldvt < (writes_vt ? std::max<std::int64_t>(1, n) : 1) ? CUSOLVER_STATUS_INVALID_VALUE
                                                                                                                       : CUSOLVER_STATUS_SUCCESS;
}

}  // namespace stand_in

inline cusolverStatus_t cusolverDnXgesvd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, signed char jobu, signed char jobvt,
                                                    std::int64_t m, std::int64_t n, cudaDataType type, void const* /*a*/, std::int64_t lda,
                                                    cudaDataType s_type, void const* /*s*/, cudaDataType u_type, void const* /*u*/, std::int64_t ldu,
                                                    cudaDataType vt_type, void const* /*vt*/, std::int64_t ldvt, cudaDataType compute,
                                                    std::size_t* device_size, std::size_t* host_size) {
    auto const status = stand_in::check_gesvd(handle, jobu, jobvt, m, n, type, lda, s_type, u_type, ldu, vt_type, ldvt, compute);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    *device_size = stand_in::workspace::on_device(m, n, type);
    *host_size = stand_in::workspace::on_host(n);
    return CUSOLVER_STATUS_SUCCESS;
}

inline cusolverStatus_t cusolverDnXgesvd(cusolverDnHandle_t handle, cusolverDnParams_t /*params*/, signed char jobu, signed char jobvt, std::int64_t m,
                                         std::int64_t n, cudaDataType type, void* a, std::int64_t lda, cudaDataType s_type, void* s,
                                         cudaDataType u_type, void* u, std::int64_t ldu, cudaDataType vt_type, void* vt, std::int64_t ldvt,
                                         cudaDataType compute, void* device, std::size_t device_size, void* host, std::size_t host_size, int* info) {
    stand_in::guard const one(stand_in::device_mutex);
    auto const status = stand_in::check_gesvd(handle, jobu, jobvt, m, n, type, lda, s_type, u_type, ldu, vt_type, ldvt, compute);
    if (status != CUSOLVER_STATUS_SUCCESS) return status;
    stand_in::workspace const space{device, device_size, host, host_size};
    if (!space.holds(stand_in::workspace::on_device(m, n, type), stand_in::workspace::on_host(n))) return CUSOLVER_STATUS_INVALID_VALUE;
    return stand_in::submit(handle, type, space, info, [=]<class T>(T) {
        auto const size = [](std::int64_t i) { return static_cast<std::size_t>(i); };
        stand_in::check_device("A", a, size(m), size(n), size(lda), sizeof(T));
        stand_in::check_device("S", s, size(n), 1, size(n), sizeof(T));
        if (jobu == 'A' || jobu == 'S') stand_in::check_device("U", u, size(m), size(jobu == 'A' ? m : n), size(ldu), sizeof(T));
        if (jobvt == 'A' || jobvt == 'S') stand_in::check_device("VT", vt, size(n), size(n), size(ldvt), sizeof(T));
        return stand_in::gesvd<T>(static_cast<char>(jobu), static_cast<char>(jobvt), stand_in::matrix<T>(a, m, n, lda), static_cast<T*>(s), u, ldu, vt, ldvt);
    });
}
