// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <isotypic/device/thread_pool.hpp>

/// \file
/// The speed of the memory: y = 1.5 x, 8 bytes a float.

inline void stream(isotypic::thread_pool& pool, float const* from, float* to, isotypic::index_t size) {
    constexpr isotypic::index_t band = 1 << 15;
    pool.parallel_for((size + band - 1) / band, [=](isotypic::index_t k) {
        float const* __restrict x = from;
        float* __restrict y = to;
        const isotypic::index_t end = std::min(size, (k + 1) * band);
        for (isotypic::index_t i = k * band; i < end; ++i) y[i] = 1.5f * x[i];
    });
}
