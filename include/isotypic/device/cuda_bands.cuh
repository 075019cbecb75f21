// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_vector.cuh>
#include <isotypic/update/step_size.hpp>

/// \file
/// Sums of columns where rows are contiguous, in two phases: over bands of rows, then over the bands in their order. Bands
/// follow from the shape. Threads side by side take packs of columns, threads below one another rows, some at a time. All are jobs, so
/// that the blocks of a model that take the same steps take them together.
namespace isotypic::detail {

/// Where the bands of a matrix are cut: about two thousand, of 16 rows at least.
struct bands {
    index_t high, count;
    explicit bands(index_t rows) : high((std::max)(index_t{16}, ((rows + 2047) / 2048 + 7) / 8 * 8)), count((rows + high - 1) / high) {}
};

/// Threads and grid for matrices cut into bands, and columns into tiles; the tiles of all matrices are the grid's second axis.
struct band_threads {
    dim3 threads, grid;
    band_threads(bands const& b, index_t cols, int width, index_t matrices) {
        unsigned wide = 32;
        while (wide < 256 && index_t(wide) * width < cols) wide *= 2;
        const index_t tile = index_t(wide) * width;
        threads = {wide, 256 / wide, 1};
        grid = {unsigned(b.count), unsigned((cols + tile - 1) / tile * matrices), 1};
    }
};
/// Are there too many tiles for a grid?
inline bool too_many_tiles(index_t cols, int width, index_t matrices) { return (cols + 32 * width - 1) / (32 * width) * matrices > 65535; }

/// How many rows a thread takes at a time, by the numbers of a pack.
template <int n>
inline constexpr int rows_ahead = n > 4 ? 2 : 4;

/// A thread's matrix, its columns there, and the rows of its band that it takes.
struct band_place {
    index_t matrix, first, left, begin, end;  ///< column, columns from there on, rows
    bool idle;                                ///< is the whole block without work?
    __device__ band_place(index_t high, int width, index_t rows, index_t cols, index_t matrices) {
        const index_t tile = index_t(blockDim.x) * width, tiles = (cols + tile - 1) / tile;
        matrix = blockIdx.y / tiles, first = blockIdx.y % tiles * tile + index_t(threadIdx.x) * width, left = cols - first;
        begin = blockIdx.x * high + threadIdx.y, end = (std::min)(rows, (index_t(blockIdx.x) + 1) * high);
        idle = blockIdx.x * high >= rows || matrix >= matrices;
    }

    /// load(q, i) for up to `ahead` rows i, then use(q, i) for each.
    template <int ahead, class L, class F>
    __device__ void for_each_row(L const& load, F const& use) const {
        for (index_t i = begin; i < end; i += ahead * index_t(blockDim.y)) {
            for (int q = 0; q < ahead; ++q)
                if (i + q * index_t(blockDim.y) < end) load(q, i + q * index_t(blockDim.y));
            for (int q = 0; q < ahead; ++q)
                if (i + q * index_t(blockDim.y) < end) use(q, i + q * index_t(blockDim.y));
        }
    }
};

/// The sums of a block's threads below one another, to part[band][column].
template <int n>
__device__ void store_band_sums(pack<double, n> const& sum, band_place const& at, index_t count, index_t cols, double* part) {
    __shared__ pack<double, n> of_thread[256];
    const int t = int(threadIdx.y * blockDim.x + threadIdx.x);
    of_thread[t] = sum;
    __syncthreads();
    if (threadIdx.y != 0) return;
    for (int e = 0; e < n; ++e) {
        double s = sum.at[e];
        for (unsigned y = 1; y < blockDim.y; ++y) s += of_thread[y * blockDim.x + threadIdx.x].at[e];
        if (e < at.left) part[(at.matrix * count + blockIdx.x) * cols + at.first + e] = s;
    }
}

/// What is summed: the average itself, or squares of it or of the gradient.
enum class band_sum { average, squares, squares_of_gradient };

/// m <- k m + t clip g and the sums of columns.
template <bool whole, band_sum what, class U, class T, class Number>
struct average_bands_job {
    static constexpr int threads = 256, resident = 2, n = pack_width<T>;
    gate shut;
    bands cut;
    mix<U> average;
    gradient_factor<Number> clip;
    blocks<U, gpu> m;
    blocks<T const, gpu> g;
    double* part;

    __device__ void operator()() const {
        const band_place at(cut.high, n, m.rows(), m.cols(), m.matrices());
        if (shut.closed() || at.idle) return;
        const view<U, gpu> a = m.matrix(at.matrix);
        const view<T const, gpu> b = g.matrix(at.matrix);
        pack<double, n> sum{};
        if (at.left > 0) {
            const clipped_by<U> clipped(clip.at_start());
            const U k = average.k, t = average.t;
            pack<U, n> x[std::size_t(rows_ahead<n>)];
            pack<T, n> z[std::size_t(rows_ahead<n>)];
            at.template for_each_row<rows_ahead<n>>(
                [&](int q, index_t i) {
                    x[q] = load_pack<whole, n>(&a(i, at.first), at.left);
                    z[q] = load_pack<whole, n>(&b(i, at.first), at.left);
                },
                [&](int q, index_t i) {
                    for (int e = 0; e < n; ++e) {
                        const U fresh = clipped(U(z[q].at[e]));
                        x[q].at[e] = std::fma(k, x[q].at[e], t * fresh);
                        const double v = double(what == band_sum::squares_of_gradient ? fresh : x[q].at[e]);
                        sum.at[e] = what == band_sum::average ? sum.at[e] + v : std::fma(v, v, sum.at[e]);
                    }
                    store_pack<whole, n>(&a(i, at.first), x[q], at.left);
                });
        }
        store_band_sums(sum, at, cut.count, m.cols(), part);
    }
};

/// The sums of w's columns.
template <bool whole, class T>
struct sum_bands_job {
    static constexpr int threads = 256, resident = 4, n = pack_width<T>;
    gate shut;
    bands cut;
    blocks<T, gpu> w;
    double* part;

    __device__ void operator()() const {
        const band_place at(cut.high, n, w.rows(), w.cols(), w.matrices());
        if (shut.closed() || at.idle) return;
        const view<T, gpu> c = w.matrix(at.matrix);
        pack<double, n> sum{};
        if (at.left > 0) {
            pack<T, n> y[std::size_t(rows_ahead<n>)];
            at.template for_each_row<rows_ahead<n>>([&](int q, index_t i) { y[q] = load_pack<whole, n>(&c(i, at.first), at.left); },
                                                    [&](int q, index_t) {
                                                        for (int e = 0; e < n; ++e) sum.at[e] += double(compute<T>(y[q].at[e]));
                                                    });
        }
        store_band_sums(sum, at, cut.count, w.cols(), part);
    }
};

/// last(matrix, column, sum over `count` bands): 8 columns a block, whose bands 16 to 128 threads share.
template <class Last>
struct sum_of_bands_job {
    static constexpr int threads = 1024, resident = 1;
    gate shut;
    double const* part;
    index_t count, cols, matrices;
    Last last;

    __device__ void operator()() const {
        if (shut.closed() || index_t(blockIdx.x) * 8 >= cols || blockIdx.y >= matrices) return;
        __shared__ double of_thread[128][8];
        const index_t j = index_t(blockIdx.x) * 8 + threadIdx.x;
        double sum = 0;
        constexpr int ahead = 4;
        for (index_t first = threadIdx.y; first < count && j < cols; first += ahead * index_t(blockDim.y)) {
            double v[std::size_t(ahead)];
            for (int q = 0; q < ahead; ++q) {
                const index_t b = first + q * index_t(blockDim.y);
                v[q] = b < count ? part[(blockIdx.y * count + b) * cols + j] : 0;
            }
            for (double u : v) sum += u;
        }
        for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
            of_thread[threadIdx.y][threadIdx.x] = sum;
            __syncthreads();
            if (threadIdx.y < half) sum += of_thread[threadIdx.y + half][threadIdx.x];
            __syncthreads();
        }
        if (threadIdx.y == 0 && j < cols) last(index_t(blockIdx.y), j, sum);
    }
};

template <class Last>
void sum_of_bands(cuda& d, double const* part, bands const& b, index_t cols, index_t matrices, Last const& last, int stage) {
    unsigned high = 16;
    while (high < 128 && index_t(high) < b.count) high *= 2;
    d.launch_job({unsigned((cols + 7) / 8), unsigned(matrices), 1}, {8, high, 1}, sum_of_bands_job<Last>{d.gate(), part, b.count, cols, matrices, last}, stage);
}

}  // namespace isotypic::detail
