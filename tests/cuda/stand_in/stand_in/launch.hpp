// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "block.hpp"
#include "event.hpp"
#include "shared.hpp"
#include "stream.hpp"

enum cudaLaunchAttributeID {
    cudaLaunchAttributeIgnore = 0,
    cudaLaunchAttributeCooperative = 2,
    cudaLaunchAttributeClusterDimension = 4,
    cudaLaunchAttributeProgrammaticStreamSerialization = 6,
    cudaLaunchAttributePriority = 8
};

union cudaLaunchAttributeValue {
    char pad[64];
    int cooperative;
    struct {
        unsigned x, y, z;
    } clusterDim;
    int programmaticStreamSerializationAllowed;
    int priority;
};

struct cudaLaunchAttribute {
    cudaLaunchAttributeID id;
    cudaLaunchAttributeValue val;
};

struct cudaLaunchConfig_t {
    dim3 gridDim;
    dim3 blockDim;
    std::size_t dynamicSmemBytes;
    cudaStream_t stream;
    cudaLaunchAttribute* attrs;
    unsigned numAttrs;
};

namespace stand_in {

inline cudaError_t check(cudaLaunchConfig_t const& c) {
    auto const within = [](dim3 d, unsigned x, unsigned y, unsigned z) { return d.x - 1 < x && d.y - 1 < y && d.z - 1 < z; };
    if (!within(c.gridDim, 2147483647, 65535, 65535) || !within(c.blockDim, 1024, 1024, 64)) return cudaErrorInvalidConfiguration;
    if (c.blockDim.x * c.blockDim.y * c.blockDim.z > 1024) return cudaErrorInvalidConfiguration;
    return c.dynamicSmemBytes > 232448 ? cudaErrorInvalidValue : cudaSuccess;
}

// A pointer into the host's memory would end the program on a device.
template <class T>
bool reachable([[maybe_unused]] T const& argument) {
    if constexpr (std::is_pointer_v<T>)
        if constexpr (!std::is_function_v<std::remove_pointer_t<T>>) return registry::visible_to_kernels(argument);
    return true;
}

// A kernel and the bytes of its arguments: one type, and so one way through streams and blocks, for all kernels.
class launched {
public:
    template <class... Arguments>
    launched(cudaLaunchConfig_t const& config, void (*kernel)(Arguments...), std::type_identity_t<Arguments> const&... arguments)
        : grid_(config.gridDim), threads_(config.blockDim), kernel_(reinterpret_cast<void (*)()>(kernel)), call_(&call<Arguments...>) {
        static_assert(((std::is_trivially_copyable_v<Arguments> && alignof(Arguments) <= 16) && ...));
        static_assert((std::size_t{0} + ... + room(sizeof(Arguments))) <= sizeof bytes_);
        [[maybe_unused]] std::byte* at = bytes_;
        (put(at, &arguments, sizeof arguments), ...);
    }

    void operator()() const {
        ++counts.launches;
        gridDim = grid_;
        blockDim = threads_;
        std::uint64_t const area = std::uint64_t{grid_.x} * grid_.y;
        auto turn = order(~std::uint64_t{0}).all_of(area * grid_.z);
        shared_memory const shared;
        for (std::uint64_t i = 0; i < turn.count; ++i) {
            std::uint64_t const b = turn.next();
            if (i < 16) shared.spoil();  // enough to be found, and soon done
            uint3 const at{static_cast<unsigned>(b % grid_.x), static_cast<unsigned>(b / grid_.x % grid_.y), static_cast<unsigned>(b / area)};
            block::run([this] { call_(kernel_, bytes_); }, at, threads_.x * threads_.y * threads_.z, b);
        }
    }

private:
    static constexpr std::size_t room(std::size_t size) { return (size + 15) / 16 * 16; }
    static void put(std::byte*& at, void const* argument, std::size_t size) {
        std::memcpy(at, argument, size);
        at += room(size);
    }
    // Where argument i begins, of those with the sizes that follow a first of 0.
    static constexpr std::size_t place(std::size_t const* sizes, std::size_t i) {
        std::size_t at = 0;
        for (std::size_t k = 0; k <= i; ++k) at += room(sizes[k]);
        return at;
    }
    template <class... Arguments>
    static void call(void (*kernel)(), [[maybe_unused]] std::byte const* bytes) {
        [[maybe_unused]] static constexpr std::size_t sizes[] = {0, sizeof(Arguments)...};
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            reinterpret_cast<void (*)(Arguments...)>(kernel)(*reinterpret_cast<Arguments const*>(bytes + place(sizes, i))...);
        }(std::index_sequence_for<Arguments...>());
    }

    dim3 grid_, threads_;
    void (*kernel_)();
    void (*call_)(void (*)(), std::byte const*);
    alignas(16) std::byte bytes_[4096];  // as many as every device takes
};

inline cudaError_t launch(cudaLaunchConfig_t const& config, launched const& kernel, bool all_reachable) {
    cudaError_t const error = check(config);
    if (error != cudaSuccess) return result(error);
    return result(all_reachable ? streams::submit(config.stream, kernel) : cudaErrorIllegalAddress);
}

}  // namespace stand_in

template <class... Expected>
cudaError_t cudaLaunchKernelEx(cudaLaunchConfig_t const* config, void (*kernel)(Expected...), std::type_identity_t<Expected> const&... arguments) {
    stand_in::guard const one(stand_in::device_mutex);
    return stand_in::launch(*config, {*config, kernel, arguments...}, (stand_in::reachable(arguments) && ...));
}
