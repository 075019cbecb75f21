// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sums.cuh>
#include <cstdint>
#include <cstring>

/// \file
/// Teams of threads of a GPU for lines of numbers: a warp, a block, or, where lines lie side by side, 8 threads of each of 32 lines. A
/// thread takes packs of 16 bytes, which it keeps in registers where the line is short enough. Where the layout lets packs begin elsewhere
/// than at multiples of 16 bytes, a pack is spread: its numbers lie a team apart, so that neighbours read neighbours.
namespace isotypic::detail {

/// `threads` of a line: a warp of a block of eight, or a block. `join` is of one number each, for all of the team.
template <int threads>
struct line_team {
    static constexpr int size = threads, lines = threads == 32 ? 8 : 1;
    static dim3 block() { return {unsigned(size), unsigned(lines), 1}; }
    __device__ static index_t line() { return threadIdx.y; }
    __device__ static index_t first() { return threadIdx.x; }

    template <class Join>
    __device__ static double join(double v, Join const& f) {
        for (int apart = 16; apart > 0; apart /= 2) v = f(v, __shfl_xor_sync(0xffffffffu, v, apart));
        if constexpr (size > 32) {
            __shared__ double of_warp[std::size_t(size / 32)];
            __syncthreads();  // the last ones are read
            if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
            __syncthreads();
            v = of_warp[0];
            for (int w = 1; w < size / 32; ++w) v = f(v, of_warp[w]);
        } else {
            __syncwarp();  // what was read before is not written sooner
        }
        return v;
    }
};
struct line_team_across {
    static constexpr int size = 8, lines = 32;
    static dim3 block() { return {32, 8, 1}; }
    __device__ static index_t line() { return threadIdx.x; }
    __device__ static index_t first() { return threadIdx.y; }

    template <class Join>
    __device__ static double join(double v, Join const& f) {
        __shared__ double of_thread[8][33];
        __syncthreads();
        of_thread[threadIdx.y][threadIdx.x] = v;
        __syncthreads();
        v = of_thread[0][threadIdx.x];
        for (int y = 1; y < 8; ++y) v = f(v, of_thread[y][threadIdx.x]);
        return v;
    }
};

struct add {
    constexpr double operator()(double a, double b) const { return a + b; }
};

/// Numbers that are read and written together, those of 16 bits two to a register.
template <class T, int n>
struct alignas(sizeof(T) * std::size_t(n)) [[gnu::may_alias]] line_pack {
    static constexpr bool paired = sizeof(T) == 2 && n > 1;
    std::conditional_t<paired, std::uint32_t, T> words[std::size_t(paired ? n / 2 : n)];

    __device__ T get(int i) const {
        if constexpr (paired) {
            const auto bits = std::uint16_t(words[i / 2] >> i % 2 * 16);
            T v;
            std::memcpy(&v, &bits, sizeof v);
            return v;
        } else {
            return words[i];
        }
    }
    /// To be called for one number after the other.
    __device__ void set(int i, T v) {
        if constexpr (paired) {
            std::uint16_t bits;
            std::memcpy(&bits, &v, sizeof v);
            words[i / 2] = (i % 2 ? words[i / 2] : 0u) | std::uint32_t(bits) << i % 2 * 16;
        } else {
            words[i] = v;
        }
    }
};
template <class T>
inline constexpr int pack_size = 16 / int(sizeof(T));

/// v; what follows from it is computed anew and not kept in registers from one pass over a line to the next.
__device__ inline int anew(int v) {
    asm volatile("" : "+r"(v));
    return v;
}

/// How a kernel works on lines: by which team, packs of how many numbers, and how many of them a thread keeps; 0: it reads them again.
/// Packs of more than one number are of lines in one piece. Registers are for 32 warps of a multiprocessor.
template <class Team, int wide, int held>
struct line_way {
    using team = Team;
    using index = std::conditional_t<(held > 0), int, index_t>;  ///< of a number in a line
    static constexpr int pack = wide, keeps = held, threads = Team::size * Team::lines, resident = 1024 / threads;

    /// Where number i of the pack that begins at j is in the line.
    __device__ static index place(index j, int i, bool spread) { return j + (spread ? i * Team::size : i); }
    /// f(k, j) for the packs of this thread in a line of n numbers.
    template <class F>
    __device__ static void each(index n, bool spread, F const& f) {
        const index first = anew(int(Team::first()) * (spread ? 1 : wide));
        if constexpr (held > 0) {
            // Written out, for an array whose places are not constants is not kept in registers.
            const auto one = [&](int k, int j) { j < n ? f(k, j) : void(); };
            [&]<int... k>(std::integer_sequence<int, k...>) {
                (one(k, first + k * Team::size * wide), ...);
            }(std::make_integer_sequence<int, held>());
        } else {
            for (index j = first; j < n; j += Team::size * wide) f(0, j);
        }
    }
    /// f(l, is there such a line) for each line of this thread's team.
    template <class F>
    __device__ static void lines(index_t all, F const& f) {
        for (index_t l = index_t(blockIdx.x) * Team::lines; l < all; l += index_t(gridDim.x) * Team::lines) f(l + Team::line(), l + Team::line() < all);
    }
};

}  // namespace isotypic::detail
