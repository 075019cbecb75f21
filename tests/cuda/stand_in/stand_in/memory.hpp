// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>

#include "stream.hpp"

enum cudaMemcpyKind {
    cudaMemcpyHostToHost = 0,
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost = 2,
    cudaMemcpyDeviceToDevice = 3,
    cudaMemcpyDefault = 4
};

namespace stand_in {

inline cudaError_t allocate(void** p, std::size_t size, place where) {
    if (!p) return cudaErrorInvalidValue;
    *p = nullptr;
    cudaError_t const error = streams::outside_capture();
    if (error != cudaSuccess || size == 0) return error;
    *p = registry::allocate(size, where);
    return *p ? cudaSuccess : cudaErrorMemoryAllocation;
}

inline cudaError_t release(void* p, place where) {
    cudaError_t const error = streams::outside_capture();
    if (error != cudaSuccess || !p) return error;
    streams::drain();
    return registry::release(p, where) ? cudaSuccess : cudaErrorInvalidValue;
}

struct copy {
    void* to;
    void const* from;
    std::size_t size;
    cudaMemcpyKind kind;

    cudaError_t check() {
        if (size == 0) return cudaSuccess;
        bool const from_device = registry::on_device(from, size);
        bool const to_device = registry::on_device(to, size);
        if ((!from_device && !registry::on_host(from, size)) || (!to_device && !registry::on_host(to, size))) return cudaErrorInvalidValue;
        auto const found = from_device ? (to_device ? cudaMemcpyDeviceToDevice : cudaMemcpyDeviceToHost)
                                       : (to_device ? cudaMemcpyHostToDevice : cudaMemcpyHostToHost);
        if (kind == cudaMemcpyDefault) kind = found;
        if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return cudaErrorInvalidMemcpyDirection;
        return kind == found ? cudaSuccess : cudaErrorInvalidValue;
    }
    // The host waits for a copy of memory of its own that is not pinned.
    bool waits() const {
        return (kind == cudaMemcpyHostToHost) || (kind == cudaMemcpyHostToDevice && !registry::is_pinned(from)) ||
               (kind == cudaMemcpyDeviceToHost && !registry::is_pinned(to));
    }
    void operator()() const {
        if (size != 0) std::memmove(to, from, size);
        if (kind == cudaMemcpyDeviceToHost) ++counts.copies_to_host;
    }
};

}  // namespace stand_in

inline cudaError_t cudaMalloc(void** p, std::size_t size) {
    stand_in::guard const one(stand_in::device_mutex);
    return stand_in::result(stand_in::allocate(p, size, stand_in::place::device));
}
inline cudaError_t cudaMallocHost(void** p, std::size_t size) {
    stand_in::guard const one(stand_in::device_mutex);
    return stand_in::result(stand_in::allocate(p, size, stand_in::place::pinned));
}
// Refused in a capture: on a device it would become a node of the graph.
inline cudaError_t cudaMallocAsync(void** p, std::size_t size, cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::not_capturing(stream);
    return stand_in::result(error != cudaSuccess ? error : stand_in::allocate(p, size, stand_in::place::device));
}
template <class T>
cudaError_t cudaMalloc(T** p, std::size_t size) {
    return cudaMalloc(reinterpret_cast<void**>(p), size);
}
template <class T>
cudaError_t cudaMallocHost(T** p, std::size_t size, unsigned /*flags*/ = 0) {
    return cudaMallocHost(reinterpret_cast<void**>(p), size);
}
template <class T>
cudaError_t cudaMallocAsync(T** p, std::size_t size, cudaStream_t stream) {
    return cudaMallocAsync(reinterpret_cast<void**>(p), size, stream);
}

inline cudaError_t cudaFree(void* p) {
    stand_in::guard const one(stand_in::device_mutex);
    return stand_in::result(stand_in::release(p, stand_in::place::device));
}
inline cudaError_t cudaFreeHost(void* p) {
    stand_in::guard const one(stand_in::device_mutex);
    return stand_in::result(stand_in::release(p, stand_in::place::pinned));
}
inline cudaError_t cudaFreeAsync(void* p, cudaStream_t stream) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::not_capturing(stream);
    return stand_in::result(error != cudaSuccess ? error : stand_in::release(p, stand_in::place::device));
}

inline cudaError_t cudaMemcpy(void* to, void const* from, std::size_t size, cudaMemcpyKind kind) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t error = stand_in::streams::outside_capture();
    stand_in::copy copy{to, from, size, kind};
    if (error == cudaSuccess) error = copy.check();
    if (error != cudaSuccess) return stand_in::result(error);
    ++stand_in::counts.synchronisations;
    stand_in::streams::drain_blocking();
    stand_in::registry::access const open;
    copy();
    return cudaSuccess;
}

inline cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t size, cudaMemcpyKind kind, cudaStream_t stream = nullptr) {
    stand_in::guard const one(stand_in::device_mutex);
    stand_in::copy copy{to, from, size, kind};
    cudaError_t error = copy.check();
    if (error == cudaSuccess) error = stand_in::streams::submit(stream, copy);
    if (error == cudaSuccess && copy.waits()) stand_in::streams::drain(stream);
    return stand_in::result(error);
}

inline cudaError_t cudaMemsetAsync(void* p, int value, std::size_t size, cudaStream_t stream = nullptr) {
    stand_in::guard const one(stand_in::device_mutex);
    if (size != 0 && !stand_in::registry::on_device(p, size)) return stand_in::result(cudaErrorInvalidValue);
    return stand_in::result(stand_in::streams::submit(stream, [=] {
        if (size != 0) std::memset(p, value, size);
    }));
}
inline cudaError_t cudaMemset(void* p, int value, std::size_t size) {
    stand_in::guard const one(stand_in::device_mutex);
    cudaError_t const error = stand_in::streams::outside_capture();
    return error != cudaSuccess ? stand_in::result(error) : cudaMemsetAsync(p, value, size, nullptr);
}

inline cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    stand_in::guard const one(stand_in::device_mutex);
    if (!free || !total) return stand_in::result(cudaErrorInvalidValue);
    *total = stand_in::memory_limit;
    *free = stand_in::memory_limit - stand_in::registry::used();
    return cudaSuccess;
}
