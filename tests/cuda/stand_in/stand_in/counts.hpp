// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <mutex>

namespace stand_in {

struct counters {
    std::size_t allocations = 0;       // of device memory
    std::size_t frees = 0;             // of device memory
    std::size_t synchronisations = 0;  // of a stream, an event or the device; a cudaMemcpy is one too
    std::size_t launches = 0;          // kernels run, those of a graph included
    std::size_t graph_launches = 0;
    std::size_t toolkit_calls = 0;  // products and factorisations run, those of a graph included
    std::size_t copies_to_host = 0;
};

// Read it, or reset it: counts = {}.
inline counters counts;

// One call at a time, whatever the threads of the host do.
inline std::recursive_mutex device_mutex;
using guard = std::lock_guard<std::recursive_mutex>;

}  // namespace stand_in
