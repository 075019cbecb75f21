// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_sweep.cuh>
#include <isotypic/device/device.hpp>
#include <cstdint>

/// \file
/// Is every number of a gradient finite, and what is its norm? A GPU does not wait for the answer: a number that is not finite shuts the
/// gate in front of the step's other kernels. Exponents are read as integers, so no compiler flag about floating point changes the answer.
/// All are jobs, behind no gate: of several blocks the first is to be named.
namespace isotypic {
namespace detail {

template <class T>
__device__ bool is_finite(T const& v) {
    if constexpr (sizeof(T) == 8)
        return (reinterpret_cast<std::uint64_t const&>(v) >> 52 & 0x7ff) != 0x7ff;
    else if constexpr (sizeof(T) == 4)
        return (reinterpret_cast<std::uint32_t const&>(v) >> 23 & 0xff) != 0xff;
    else if constexpr (std::is_same_v<T, __half>)
        return (reinterpret_cast<std::uint16_t const&>(v) >> 10 & 0x1f) != 0x1f;
    else
        return (reinterpret_cast<std::uint16_t const&>(v) >> 7 & 0xff) != 0xff;
}

/// What a job reads of x: 16 bytes at a time and of four rows at once, for it waits for memory alone.
template <class T>
struct whole_read {
    static constexpr int width = pack_width<T>;
    sweep_plan s;
    blocks<T const, gpu> x;
    bool aligned;
    dim3 grid, threads;

    /// By at most so many blocks of 256 threads.
    whole_read(blocks<T const, gpu> all, unsigned most) : s(plan_sweep(true, all)), x(all) {
        unsigned wide = 32;
        while (wide < 256 && index_t(wide) * width < s.cols) wide *= 2;
        const index_t high = 4 * 256 / wide;
        grid.x = unsigned((std::min)((s.rows + high - 1) / high, index_t(most)));
        grid.y = unsigned((std::min)(x.matrices(), index_t(most / grid.x)));
        threads = {wide, 256 / wide, 1};
        aligned = x.first.col_stride == 1 && s.cols % width == 0 && aligned_packs<width>(x);
    }
    __device__ bool idle() const { return blockIdx.x >= grid.x || blockIdx.y >= grid.y; }
    /// f of each number that is this thread's.
    template <class F>
    __device__ void each(F const& f) const {
        constexpr int n = width, ahead = 4;
        const index_t below = index_t(grid.x) * blockDim.y;
        for (index_t m = blockIdx.y; m < x.matrices(); m += grid.y) {
            const view<T const, gpu> v = x.matrix(m);
            for (index_t i = index_t(blockIdx.x) * blockDim.y + threadIdx.y; i < s.rows; i += ahead * below)
                for (index_t j = index_t(threadIdx.x) * n; j < s.cols; j += index_t(blockDim.x) * n)
                    if (aligned && (i + (ahead - 1) * below) * s.cols + j + n <= s.limit) {
                        pack<T, n> p[std::size_t(ahead)];
                        for (int q = 0; q < ahead; ++q) p[q] = load_pack<true, n>(&v(i + q * below, j), n);
                        for (auto const& all : p)
                            for (T const& u : all.at) f(u);
                    } else {
                        for (index_t k = i; k < s.rows && k < i + ahead * below; k += below)
                            for (index_t e = j; e < j + n && e < s.cols && k * s.cols + e < s.limit; ++e) f(v(k, e));
                    }
        }
    }
};

template <class T>
struct finite_job {
    static constexpr int threads = 256, resident = 4;
    whole_read<T> read;
    int block;
    int *shut, *least;

    __device__ void operator()() const {
        if (read.idle()) return;
        bool fine = true;
        read.each([&](T const& u) { fine &= is_finite(u); });
        if (!fine) atomicExch(shut, 1), atomicMin(least, block);
    }
};

/// Sums of squares, one a block of threads.
template <class T>
struct squares_job {
    static constexpr int threads = 256, resident = 4;
    whole_read<T> read;
    double* part;

    __device__ void operator()() const {
        if (read.idle()) return;
        double sum = 0;
        read.each([&](T const& u) { sum = std::fma(double(compute<T>(u)), double(compute<T>(u)), sum); });
        sum = block_sum(sum);
        if (threadIdx.x == 0 && threadIdx.y == 0) part[blockIdx.y * read.grid.x + blockIdx.x] = sum;
    }
};
struct norm_job {
    static constexpr int threads = 256, resident = 4;
    double const* part;
    int count, block;
    double* out;
    int *shut, *least;

    __device__ void operator()() const {
        double sum = 0;
        for (int k = int(threadIdx.x); k < count; k += threads) sum += part[k];
        sum = block_sum(sum);
        if (threadIdx.x != 0) return;
        *out = std::sqrt(sum);
        if (!is_finite(sum)) atomicExch(shut, 1), atomicMin(least, block);
    }
};

}  // namespace detail

/// Shuts the gate if x, the gradient of the block at `place`, holds an infinity or a NaN.
template <class T>
void note_finite(cuda& d, blocks<T const, gpu> x, index_t place) {
    if (!x.size()) return;
    const detail::whole_read<T> read(x, 2048);
    d.launch_job(read.grid, read.threads, detail::finite_job<T>{read, int(place), d.shut_flag(), d.shut_block()});
}

/// The same, and |x|_F to where the GPU keeps numbers. Squares of all numbers but doubles are doubles, and their sum is finite if they are.
template <class T>
void note_norm(cuda& d, blocks<T const, gpu> x, index_t place, double* out) {
    if constexpr (sizeof(T) == sizeof(double)) {
        note_finite(d, x, place);
        frobenius_at(d, x, out);
    } else {
        if (!x.size()) return transform(d, detail::put<double>{0}, detail::numbers<gpu>(out, 1));
        const detail::whole_read<T> read(x, 1024);
        const int count = int(read.grid.x * read.grid.y);
        double* part = d.job_scratch(8 * count).template take<double>(count);
        d.launch_job(read.grid, read.threads, detail::squares_job<T>{read, part}, 0);
        d.launch_job(1, 256, detail::norm_job{part, count, int(place), out, d.shut_flag(), d.shut_block()}, 1);
    }
}

}  // namespace isotypic
