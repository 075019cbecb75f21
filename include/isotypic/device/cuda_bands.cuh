// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_vector.cuh>

/// \file
/// Means of columns where columns are contiguous, in two phases: sums over bands of rows, then over the bands in their order. Bands
/// follow from the shape. Threads side by side take packs of columns, threads below one another rows, some at a time.
namespace isotypic::detail {

/// Where the bands of a matrix are cut: about two thousand, of 16 rows at least.
struct bands {
    index_t high, count;
    explicit bands(index_t rows) : high((std::max)(index_t{16}, ((rows + 2047) / 2048 + 7) / 8 * 8)), count((rows + high - 1) / high) {}
};

/// Threads and grid for matrices cut into bands and columns into tiles.
struct band_threads {
    dim3 threads, grid;
    band_threads(bands const& b, index_t cols, int width, index_t matrices) {
        unsigned wide = 32;
        while (wide < 256 && index_t(wide) * width < cols) wide *= 2;
        const index_t tile = index_t(wide) * width;
        threads = {wide, 256 / wide, 1};
        grid = {unsigned(b.count), unsigned((cols + tile - 1) / tile), unsigned(matrices)};
    }
};

/// How many rows a thread takes at a time, by the numbers of a pack.
template <int n>
inline constexpr int rows_ahead = n > 4 ? 2 : 4;

/// A thread's columns, and the rows of its band that it takes.
struct band_place {
    index_t first, left, begin, end;  ///< column, columns from there on, rows
    __device__ band_place(index_t high, int width, index_t rows, index_t cols)
        : first((index_t(blockIdx.y) * blockDim.x + threadIdx.x) * width), left(cols - first), begin(index_t(blockIdx.x) * high + threadIdx.y),
          end((std::min)(rows, (index_t(blockIdx.x) + 1) * high)) {}

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
__device__ void store_band_sums(pack<double, n> const& sum, band_place const& at, index_t cols, double* part) {
    __shared__ pack<double, n> of_thread[256];
    const int t = int(threadIdx.y * blockDim.x + threadIdx.x);
    of_thread[t] = sum;
    __syncthreads();
    if (threadIdx.y != 0) return;
    for (int e = 0; e < n; ++e) {
        double s = sum.at[e];
        for (unsigned y = 1; y < blockDim.y; ++y) s += of_thread[y * blockDim.x + threadIdx.x].at[e];
        if (e < at.left) part[(blockIdx.z * index_t(gridDim.x) + blockIdx.x) * cols + at.first + e] = s;
    }
}

/// m <- k m + t g and the sums of m's columns.
template <bool whole, class U, class T>
__global__ void __launch_bounds__(256, 3)
    average_bands_kernel(gate shut, index_t high, mix<U> average, blocks<U, gpu> m, blocks<T const, gpu> g, double* part) {
    if (shut.closed()) return;
    constexpr int n = pack_width<T>;
    const band_place at(high, n, m.rows(), m.cols());
    const view<U, gpu> a = m.panel(blockIdx.z);
    const view<T const, gpu> b = g.panel(blockIdx.z);
    pack<double, n> sum{};
    if (at.left > 0) {
        pack<U, n> x[std::size_t(rows_ahead<n>)];
        pack<T, n> z[std::size_t(rows_ahead<n>)];
        at.template for_each_row<rows_ahead<n>>(
            [&](int q, index_t i) {
                x[q] = load_pack<whole, n>(&a(i, at.first), at.left);
                z[q] = load_pack<whole, n>(&b(i, at.first), at.left);
            },
            [&](int q, index_t i) {
                for (int e = 0; e < n; ++e) {
                    x[q].at[e] = std::fma(average.k, x[q].at[e], average.t * U(z[q].at[e]));
                    sum.at[e] += double(x[q].at[e]);
                }
                store_pack<whole, n>(&a(i, at.first), x[q], at.left);
            });
    }
    store_band_sums(sum, at, m.cols(), part);
}

/// The sums of w's columns.
template <bool whole, class T>
__global__ void __launch_bounds__(256, 4) sum_bands_kernel(gate shut, index_t high, blocks<T, gpu> w, double* part) {
    if (shut.closed()) return;
    constexpr int n = pack_width<T>;
    const band_place at(high, n, w.rows(), w.cols());
    const view<T, gpu> c = w.panel(blockIdx.z);
    pack<double, n> sum{};
    if (at.left > 0) {
        pack<T, n> y[std::size_t(rows_ahead<n>)];
        at.template for_each_row<rows_ahead<n>>([&](int q, index_t i) { y[q] = load_pack<whole, n>(&c(i, at.first), at.left); },
                        [&](int q, index_t) {
                            for (int e = 0; e < n; ++e) sum.at[e] += double(compute<T>(y[q].at[e]));
                        });
    }
    store_band_sums(sum, at, w.cols(), part);
}

/// last(item, column, mean), with the mean over `rows` rows from the sums of `count` bands: 8 columns a block, whose bands up to 128
/// threads share.
template <class Last>
__global__ void __launch_bounds__(1024) mean_of_bands_kernel(gate shut, double const* part, index_t count, index_t rows, index_t cols, Last last) {
    if (shut.closed()) return;
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
    if (threadIdx.y == 0 && j < cols) last(index_t(blockIdx.y), j, sum / double(rows));
}

template <class Last>
void mean_of_bands(cuda& d, double const* part, bands const& b, index_t rows, index_t cols, index_t matrices, Last const& last) {
    unsigned high = 1;
    while (high < 128 && index_t(high) < b.count) high *= 2;
    d.launch({unsigned((cols + 7) / 8), unsigned(matrices), 1}, {8, high, 1}, mean_of_bands_kernel<Last>, d.gate(), part, b.count, rows, cols, last);
}

}  // namespace isotypic::detail
