// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
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

template <class... Arguments>
cudaError_t launch(cudaLaunchConfig_t const& config, void (*kernel)(Arguments...), std::tuple<Arguments...> const& arguments) {
    guard const one(device_mutex);
    cudaError_t const error = check(config);
    if (error != cudaSuccess) return result(error);
    if (!std::apply([](auto const&... a) { return (reachable(a) && ...); }, arguments)) return result(cudaErrorIllegalAddress);
    dim3 const grid = config.gridDim;
    dim3 const threads = config.blockDim;
    return result(streams::submit(config.stream, [=] {
        ++counts.launches;
        gridDim = grid;
        blockDim = threads;
        auto const body = [&] { std::apply(kernel, arguments); };
        std::uint64_t const area = std::uint64_t{grid.x} * grid.y;
        auto turn = order(~std::uint64_t{0}).all_of(area * grid.z);
        shared_memory const shared;
        for (std::uint64_t i = 0; i < turn.count; ++i) {
            std::uint64_t const b = turn.next();
            if (i < 16) shared.spoil();  // enough to be found, and soon done
            uint3 const at{static_cast<unsigned>(b % grid.x), static_cast<unsigned>(b / grid.x % grid.y), static_cast<unsigned>(b / area)};
            block::run(body, at, threads.x * threads.y * threads.z, b);
        }
    }));
}

}  // namespace stand_in

template <class... Expected, class... Actual>
cudaError_t cudaLaunchKernelEx(cudaLaunchConfig_t const* config, void (*kernel)(Expected...), Actual&&... arguments) {
    return [&](Expected... coerced) {
        return stand_in::launch<Expected...>(*config, kernel, std::tuple<Expected...>(coerced...));
    }(std::forward<Actual>(arguments)...);
}
