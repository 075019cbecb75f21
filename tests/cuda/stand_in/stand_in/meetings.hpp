// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "block.hpp"

namespace stand_in {

inline int at_barrier(meeting what, int predicate) {
    return static_cast<int>(block::meet(state::at_block, what, 0, predicate != 0 ? 1 : 0));
}

inline std::uint64_t in_warp(meeting what, unsigned mask, std::uint64_t value, unsigned source = 0) {
    unsigned const lane = block::lane();
    if (!(mask >> lane & 1u)) die("lane %u calls a warp operation whose mask 0x%08x does not name it", lane, mask);
    return block::meet(state::at_warp, what, mask, value, source);
}

template <class T>
T shuffle(unsigned mask, T value, unsigned source) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = in_warp(meeting::shuffle, mask, bits, source);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline unsigned width_of(int width) {
    auto const w = static_cast<unsigned>(width);
    if (!std::has_single_bit(w) || w > 32) die("a shuffle of width %d: a power of two up to 32 is meant", width);
    return w;
}

// The lanes that PTX's shfl reads.
inline unsigned lane_of(int source, int width) {
    unsigned const w = width_of(width);
    return (block::lane() & ~(w - 1)) | (static_cast<unsigned>(source) & (w - 1));
}
inline unsigned lane_across(int lane_mask, int width) {
    unsigned const lane = block::lane();
    unsigned const other = lane ^ (static_cast<unsigned>(lane_mask) & 31u);
    return other <= (lane | (width_of(width) - 1)) ? other : lane;
}
inline unsigned lane_above(unsigned delta, int width) {
    unsigned const lane = block::lane();
    unsigned const w = width_of(width);
    return (lane & (w - 1)) + (delta & 31u) < w ? lane + (delta & 31u) : lane;
}
inline unsigned lane_below(unsigned delta, int width) {
    unsigned const lane = block::lane();
    return (lane & (width_of(width) - 1)) >= (delta & 31u) ? lane - (delta & 31u) : lane;
}

}  // namespace stand_in

inline void __syncthreads() { stand_in::at_barrier(stand_in::meeting::sync, 0); }
inline int __syncthreads_or(int predicate) { return stand_in::at_barrier(stand_in::meeting::any_of, predicate); }
inline int __syncthreads_and(int predicate) { return stand_in::at_barrier(stand_in::meeting::all_of, predicate); }
inline int __syncthreads_count(int predicate) { return stand_in::at_barrier(stand_in::meeting::count, predicate); }

inline void __syncwarp(unsigned mask = 0xffffffffu) { stand_in::in_warp(stand_in::meeting::sync, mask, 0); }
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return static_cast<unsigned>(stand_in::in_warp(stand_in::meeting::ballot, mask, predicate != 0 ? 1 : 0));
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate == 0) == 0; }

#define STAND_IN_SHUFFLES(type)                                                                                            \
    inline type __shfl_sync(unsigned mask, type value, int source, int width = warpSize) {                                 \
        return stand_in::shuffle(mask, value, stand_in::lane_of(source, width));                                           \
    }                                                                                                                      \
    inline type __shfl_xor_sync(unsigned mask, type value, int lane_mask, int width = warpSize) {                          \
        return stand_in::shuffle(mask, value, stand_in::lane_across(lane_mask, width));                                    \
    }                                                                                                                      \
    inline type __shfl_up_sync(unsigned mask, type value, unsigned delta, int width = warpSize) {                          \
        return stand_in::shuffle(mask, value, stand_in::lane_below(delta, width));                                         \
    }                                                                                                                      \
    inline type __shfl_down_sync(unsigned mask, type value, unsigned delta, int width = warpSize) {                        \
        return stand_in::shuffle(mask, value, stand_in::lane_above(delta, width));                                         \
    }
STAND_IN_SHUFFLES(int)
STAND_IN_SHUFFLES(unsigned)
STAND_IN_SHUFFLES(long)
STAND_IN_SHUFFLES(unsigned long)
STAND_IN_SHUFFLES(long long)
STAND_IN_SHUFFLES(unsigned long long)
STAND_IN_SHUFFLES(float)
STAND_IN_SHUFFLES(double)
