// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sums.cuh>

/// \file
/// Teams of threads of a GPU for lines of numbers: a warp, a block, or, where lines lie side by side, 8 threads of each of 32 lines. A
/// thread takes packs of 16 bytes, which it keeps in registers where the line is short enough.
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
struct larger {
    constexpr double operator()(double a, double b) const { return a < b ? b : a; }
};

/// Numbers that are read and written together.
template <class T, int n>
struct alignas(sizeof(T) * std::size_t(n)) line_pack {
    T v[std::size_t(n)];
};
template <class T>
inline constexpr int pack_size = 16 / int(sizeof(T));

/// How a kernel works on lines: by which team, packs of how many numbers, and how many of them a thread keeps; 0: it reads them again.
template <class Team, int wide, int held>
struct line_way {
    using team = Team;
    static constexpr int pack = wide, keeps = held, threads = Team::size * Team::lines;

    /// f(k, j) for the packs of this thread in a line of n numbers.
    template <class F>
    __device__ static void each(index_t n, F const& f) {
        if constexpr (held > 0) {
            // Written out, for an array whose places are not constants is not kept in registers.
            const auto one = [&](int k, index_t j) { j < n ? f(k, j) : void(); };
            [&]<int... k>(std::integer_sequence<int, k...>) {
                (one(k, (Team::first() + k * Team::size) * wide), ...);
            }(std::make_integer_sequence<int, held>());
        } else {
            for (index_t j = Team::first() * wide; j < n; j += Team::size * wide) f(0, j);
        }
    }
    /// f(l, is there such a line) for each line of this thread's team.
    template <class F>
    __device__ static void lines(index_t all, F const& f) {
        for (index_t l = index_t(blockIdx.x) * Team::lines; l < all; l += index_t(gridDim.x) * Team::lines) f(l + Team::line(), l + Team::line() < all);
    }
};

}  // namespace isotypic::detail
