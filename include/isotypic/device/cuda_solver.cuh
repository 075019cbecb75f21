// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda.cuh>
#include <cusolverDn.h>
#include <cstdint>
#include <limits>
#include <vector>

/// \file
/// Singular value decompositions on a GPU by cuSOLVER (gesvd: QR steps on a bidiagonal matrix), whose handle is made at the first use and
/// kept beside the device. How its steps converge is cuSOLVER's to look at, so that it may wait for the GPU: no step with it is captured.
/// Only what includes this file needs cuSOLVER.
namespace isotypic {
namespace detail {

inline void check(cusolverStatus_t e, char const* what) {
    if (e != CUSOLVER_STATUS_SUCCESS) throw error(std::string("isotypic: cuSOLVER could not ") + what + ": status " + std::to_string(int(e)));
}

struct cusolver {
    cusolverDnHandle_t handle = nullptr;
    cusolverDnParams_t params = nullptr;
    std::vector<std::byte> host;  // what the calls want of the CPU's memory; they are done with it when they return

    explicit cusolver(cudaStream_t s) {
        check(cusolverDnCreate(&handle), "start");
        check(cusolverDnCreateParams(&params), "start");
        check(cusolverDnSetStream(handle, s), "use the stream");
    }
    cusolver(cusolver const&) = delete;
    ~cusolver() {
        if (params) cusolverDnDestroyParams(params);
        if (handle) cusolverDnDestroy(handle);
    }
};

inline cusolver& solver_of(cuda& d) {
    if (!d.solver()) d.solver() = std::make_shared<cusolver>(d.stream());
    return *static_cast<cusolver*>(d.solver().get());
}

/// a <- 0 behind a gate that is shut, where it was not written.
template <class T>
__global__ void idle_kernel(gate g, view<T, gpu> a) {
    if (!g.closed()) return;
    for (index_t j = blockIdx.x; j < a.cols; j += gridDim.x)
        for (index_t i = threadIdx.x; i < a.rows; i += blockDim.x) a(i, j) = 0;
}

/// s <- NaN where the steps did not converge.
template <class T>
__global__ void converged_kernel(int const* info, index_t n, T* s) {
    if (*info == 0) return;
    for (index_t i = threadIdx.x; i < n; i += blockDim.x) s[i] = std::numeric_limits<T>::quiet_NaN();
}

}  // namespace detail

/// a = u diag(s) vt by falling s, for m x n with m >= n, all of contiguous columns: u m x n, vt n x n. a is lost. Where it does not converge
/// the numbers are NaN.
template <class T>
void svd(cuda& d, view<T, gpu> a, view<T, gpu> u, T* s, view<T, gpu> vt) {
    if (!a.size()) return;
    if (d.capturing()) throw error("isotypic: a singular value decomposition cannot be captured in a CUDA graph");
    auto& with = detail::solver_of(d);
    constexpr auto type = std::is_same_v<T, double> ? CUDA_R_64F : CUDA_R_32F;
    const std::int64_t m = a.rows, n = a.cols;
    auto lead = [](view<T, gpu> const& v) { return std::int64_t((std::max)(v.rows, v.cols == 1 ? v.rows : v.col_stride)); };
    std::size_t there = 0, here = 0;
    detail::check(cusolverDnXgesvd_bufferSize(with.handle, with.params, 'S', 'S', m, n, type, a.data, lead(a), type, s, type, u.data, lead(u), type, vt.data, lead(vt), type,
                                              &there, &here),
                  "size a singular value decomposition");
    if (with.host.size() < here) with.host.resize(here);
    auto scope = d.scratch().open();
    std::byte* work = d.scratch().template take<std::byte>(index_t(there));
    int* info = d.scratch().template take<int>(1);
    d.launch(unsigned((std::min)(a.cols, index_t{65535})), 256, detail::idle_kernel<T>, d.gate(), a);
    detail::check(cusolverDnXgesvd(with.handle, with.params, 'S', 'S', m, n, type, a.data, lead(a), type, s, type, u.data, lead(u), type, vt.data, lead(vt), type, work, there,
                                   with.host.data(), here, info),
                  "find a singular value decomposition");
    d.launch(1, 256, detail::converged_kernel<T>, info, n, s);
}

}  // namespace isotypic
