// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sums.cuh>
#include <cstdint>
#include <new>

/// \file
/// What the fused kernels share: 16 bytes at a time, rows that a group of threads shares, numbers of a step read once a block.
///
/// Which numbers belong to which thread follows from the shape alone. Where addresses or lengths do not allow 16 bytes at a time
/// the same thread reads the same numbers one by one, so the bits do not depend on addresses; products and sums are spelled out
/// as fused, so they do not depend on the compiler's choice either.
namespace isotypic::detail {

/// n numbers side by side.
template <class T, int n>
struct alignas(sizeof(T) * n < 16 ? sizeof(T) * n : 16) pack {
    T at[std::size_t(n)];
};

/// How many numbers of T lie in 16 bytes.
template <class T>
inline constexpr int pack_width = int(16 / sizeof(T));

/// The pack at `from`, of which `left` numbers are there; the others are 0. A whole one has all.
template <bool whole, int n, class T>
__device__ pack<std::remove_const_t<T>, n> load_pack(T* from, index_t left) {
    using P = pack<std::remove_const_t<T>, n>;
    if constexpr (whole) {
        return *reinterpret_cast<P const*>(from);
    } else {
        P p;
        for (int c = 0; c < n; ++c) p.at[c] = c < left ? from[c] : std::remove_const_t<T>(0.0f);
        return p;
    }
}
template <bool whole, int n, class T>
__device__ void store_pack(T* to, pack<T, n> const& p, index_t left) {
    if constexpr (whole)
        *reinterpret_cast<pack<T, n>*>(to) = p;
    else
        for (int c = 0; c < n; ++c)
            if (c < left) to[c] = p.at[c];
}

/// Do all packs of n begin where 16 bytes, or fewer if they are shorter, do? `cols` must be a multiple of n beside.
template <int n, class T>
bool aligned_packs(blocks<T, gpu> const& x) {
    constexpr std::size_t bytes = sizeof(T) * n < 16 ? sizeof(T) * n : 16;
    auto fits = [](T* p) { return reinterpret_cast<std::uintptr_t>(p) % bytes == 0; };
    return (x.rows() == 1 || x.first.row_stride % n == 0) && x.stride % n == 0 && fits(x.first.data) && (!x.joined || fits(x.second));
}

/// Rows by index over the items, through one panel or through both.
template <class T>
constexpr index_t line_count(blocks<T, gpu> const& x) {
    return x.count * (x.stacked ? 2 : 1);
}
template <class T>
struct line_panels {
    T *first, *second;
    index_t row_stride;

    __device__ line_panels(blocks<T, gpu> const& x, index_t k) : row_stride(x.first.row_stride) {
        const index_t item = x.stacked ? k / 2 : k;
        first = (x.stacked && k % 2 ? x.second : x.first.data) + item * x.stride;
        second = x.joined && !x.stacked ? x.second + item * x.stride : first;
    }
    __device__ T* row(bool other, index_t i) const { return (other ? second : first) + i * row_stride; }
};

/// Threads for rows of `packs`, of which a thread holds `per`: a warp for each of 8 rows, or a block for one.
struct row_threads {
    dim3 threads, grid;
    row_threads(index_t rows, index_t lines, index_t packs, int per) {
        // Enough for a few waves; a block then goes on with other rows.
        constexpr index_t warps = 1 << 14;
        unsigned lanes = 32;
        while (lanes < 512 && index_t(lanes) * (std::max)(per, 1) < packs) lanes *= 2;
        threads = {lanes, lanes == 32 ? 8u : 1u, 1};
        const index_t high = index_t(threads.y), n = (rows + high - 1) / high;
        grid = {unsigned((std::min)(n, warps * 32 / index_t(lanes * threads.y))), unsigned((std::min)(lines, index_t{65535})), 1};
    }
};

/// last(v op ... op v) over the threads of a row, from one of them and told to all. Every thread of the block must come.
template <class Op, class Last>
__device__ double row_reduce(double v, Op const& op, Last const& last) {
    for (int apart = 16; apart > 0; apart /= 2) v = op(v, __shfl_xor_sync(0xffffffffu, v, apart));
    if (blockDim.x == 32) {
        if (threadIdx.x == 0) v = last(v);
        return __shfl_sync(0xffffffffu, v, 0);
    }
    __shared__ double of_warp[32], told;
    if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (unsigned k = 1; k < blockDim.x / 32; ++k) v = op(v, of_warp[k]);
        told = last(v);
    }
    __syncthreads();
    return told;
}

/// f(|x|) for a row whose threads each hold a sum of squares, from one thread; `each(g)` calls g with this thread's numbers
/// once more, where squares have left the range of double.
template <class U, class F, class Each>
__device__ double row_length_to(double sum, F const& f, Each const& each) {
    auto add = [](double a, double b) { return a + b; };
    if constexpr (sizeof(U) < sizeof(double)) {
        return row_reduce(sum, add, [&](double s) { return f(std::sqrt(s)); });
    } else {
        auto same = [](double s) { return s; };
        sum = row_reduce(sum, add, same);
        double length = std::sqrt(sum);
        if (!(sum > 1e-280 && sum < 1e280)) {
            double most = 0, scaled = 0;
            each([&](double v) { most = std::fmax(most, std::fabs(v)); });
            most = row_reduce(most, [](double a, double b) { return std::fmax(a, b); }, same);
            if (most > 0) each([&](double v) { scaled = std::fma(v / most, v / most, scaled); });
            length = most * std::sqrt(row_reduce(scaled, add, same));
        }
        return row_reduce(threadIdx.x == 0 ? length : 0, add, f);
    }
}

/// started(f), from one thread of the block and kept for all: once for each F in a kernel.
template <class F>
__device__ auto const& started_once(F const& f) {
    using R = decltype(started(f));
    alignas(16) __shared__ unsigned char room[sizeof(R)];
    if (threadIdx.x == 0 && threadIdx.y == 0) new (room) R(started(f));
    __syncthreads();
    return *reinterpret_cast<R const*>(room);
}

/// w <- keep w - rate r m on numbers of U: in U while rate r is far from its limits, else in double, one factor after the other.
template <class U>
struct scaled_step {
    double rate, keep, r;

    __device__ bool small() const {
        const double s = std::fabs(rate * r);
        return s == 0 || (s > 1e2 * double((std::numeric_limits<U>::min)()) && s < 1e-2 * double((std::numeric_limits<U>::max)()));
    }
    template <bool small>
    __device__ U moved(U w, U m) const {
        if constexpr (small)
            return std::fma(U(keep), w, -(U(rate * r) * m));
        else
            return U(std::fma(keep, double(w), -(rate * (r * double(m)))));
    }
};

}  // namespace isotypic::detail
