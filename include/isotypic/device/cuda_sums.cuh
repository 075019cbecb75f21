// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_plan.cuh>

/// \file
/// Sums on a GPU: one number a row, or one an item, in double. Where a sum is cut follows from the shape, and the parts are added in a
/// fixed order: the bits depend on shape and layout alone.
namespace isotypic {
namespace detail {

/// The sum of v over a warp, for all of its threads.
__device__ inline double warp_sum(double v) {
    for (int apart = 16; apart > 0; apart /= 2) v += __shfl_xor_sync(0xffffffffu, v, apart);
    return v;
}

/// The sum of v over the threads of a block of 256, for thread 0.
__device__ inline double block_sum(double v) {
    __shared__ double of_warp[8];
    const int t = int(threadIdx.y * blockDim.x + threadIdx.x);
    v = warp_sum(v);
    __syncthreads();  // the last sum is read
    if (t % 32 == 0) of_warp[t / 32] = v;
    __syncthreads();
    v = 0;
    if (t == 0)
        for (double w : of_warp) v += w;
    return v;
}

/// A row of an item: the panels that it runs through, and its place in them.
struct row_place {
    index_t matrix, panels, row;
};
template <class T>
__device__ row_place place_of(blocks<T, gpu> const& x, index_t q) {
    const index_t m = q / x.rows();
    return x.joined && !x.stacked ? row_place{2 * m, 2, q % x.rows()} : row_place{m, 1, q % x.rows()};
}

/// Parts of rows of `chunk` columns a panel. Rows whose columns are contiguous: a warp a part, 8 a block.
template <class F, class T>
__global__ void row_parts_kernel(gate g, F f, blocks<T, gpu> x, index_t chunk, index_t parts, double* out) {
    if (g.closed()) return;
    const index_t rows = row_count(x);
    for (index_t k = index_t(blockIdx.x) * 8 + threadIdx.y; k < rows * parts; k += index_t(gridDim.x) * 8) {
        const row_place at = place_of(x, k / parts);
        const index_t begin = k % parts * chunk, end = (std::min)(x.cols(), begin + chunk);
        double sum = 0;
        for (index_t p = 0; p < at.panels; ++p) {
            const view<T, gpu> v = x.matrix(at.matrix + p);
            for (index_t j = begin + threadIdx.x; j < end; j += 32) sum += f(v(at.row, j));
        }
        sum = warp_sum(sum);
        if (threadIdx.x == 0) out[k] = sum;
    }
}

/// The same where rows lie side by side: 32 rows a block, whose columns 8 threads share.
template <class F, class T>
__global__ void row_parts_across_kernel(gate g, F f, blocks<T, gpu> x, index_t chunk, index_t parts, double* out) {
    if (g.closed()) return;
    __shared__ double of_thread[8][33];
    const index_t rows = row_count(x), strips = (rows + 31) / 32;
    for (index_t k = blockIdx.x; k < strips * parts; k += gridDim.x) {
        const index_t q = k / parts * 32 + threadIdx.x, begin = k % parts * chunk, end = (std::min)(x.cols(), begin + chunk);
        double sum = 0;
        if (q < rows) {
            const row_place at = place_of(x, q);
            for (index_t p = 0; p < at.panels; ++p) {
                const view<T, gpu> v = x.matrix(at.matrix + p);
                for (index_t j = begin + threadIdx.y; j < end; j += 8) sum += f(v(at.row, j));
            }
        }
        of_thread[threadIdx.y][threadIdx.x] = sum;
        __syncthreads();
        if (threadIdx.y == 0 && q < rows) {
            for (int y = 1; y < 8; ++y) sum += of_thread[y][threadIdx.x];
            out[q * parts + k % parts] = sum;
        }
        __syncthreads();
    }
}

/// out_q = its parts in order.
template <class T>
__global__ void add_parts_kernel(gate g, T const* part, index_t parts, index_t n, T* out) {
    if (g.closed()) return;
    for (index_t q = index_t(blockIdx.x) * blockDim.x + threadIdx.x; q < n; q += index_t(gridDim.x) * blockDim.x) {
        double sum = 0;
        for (index_t p = 0; p < parts; ++p) sum += part[q * parts + p];
        out[q] = sum;
    }
}

inline unsigned grid_of(index_t n) { return unsigned((std::min)((std::max)(n, index_t{1}), index_t{0x7fffffff})); }

/// Parts of an item's sum: a block each.
template <class F, class... T>
__global__ void item_parts_kernel(gate g, sweep_plan s, F f, double* out, blocks<T, gpu>... x) {
    if (g.closed()) return;
    auto const& like = first_of(x...);
    for (index_t k = blockIdx.y; k < like.count; k += gridDim.y) {
        double sum = 0;
        for (index_t p = 0; p < like.panels(); ++p) sweep_matrix(s, [&](index_t, index_t, auto&... v) { sum += f(v...); }, x.panel(k, p)...);
        sum = block_sum(sum);
        if (threadIdx.x == 0 && threadIdx.y == 0) out[k * gridDim.x + blockIdx.x] = sum;
    }
}

/// out_i = sqrt(out_i), where the squares of doubles left its range by a second look at the row; a warp a row, 8 a block.
template <class T>
__global__ void norms_of_squares_kernel(gate g, blocks<T, gpu> x, double* out) {
    if (g.closed()) return;
    for (index_t q = index_t(blockIdx.x) * 8 + threadIdx.y; q < row_count(x); q += index_t(gridDim.x) * 8) {
        const double square = out[q];
        double length = std::sqrt(square);
        if (sizeof(T) == sizeof(double) && (square <= 1e-280 || square >= 1e280)) {
            const row_place at = place_of(x, q);
            double most = 0, sum = 0;
            auto each = [&](auto const& f) {
                for (index_t p = 0; p < at.panels; ++p) {
                    const view<T, gpu> v = x.matrix(at.matrix + p);
                    for (index_t j = threadIdx.x; j < x.cols(); j += 32) f(double(v(at.row, j)));
                }
            };
            each([&](double v) { most = std::fmax(most, std::fabs(v)); });
            for (int apart = 16; apart > 0; apart /= 2) most = std::fmax(most, __shfl_xor_sync(0xffffffffu, most, apart));
            if (most > 0) each([&](double v) { sum += v / most * (v / most); });
            length = most * std::sqrt(warp_sum(sum));
        }
        __syncwarp();  // all have read
        if (threadIdx.x == 0) out[q] = length;
    }
}

}  // namespace detail

/// out_i = sum over row i of f(x_ij), in double; `out` as in `row_offset`.
template <class F, class T>
void row_sums(cuda& d, F const& f, blocks<T, gpu> const& x, double* out) {
    const index_t rows = row_count(x);
    if (!rows) return;
    const bool across = x.first.col_stride != 1 && x.first.row_stride == 1;
    // Rows side by side are cut sooner: there are fewer blocks of them.
    const index_t chunk = across ? 1024 : 4096, parts = (std::max)(index_t{1}, (x.cols() + chunk - 1) / chunk);
    auto scope = d.scratch().open();
    double* part = parts > 1 ? d.scratch().template take<double>(rows * parts) : out;
    if (across)
        d.launch(detail::grid_of((rows + 31) / 32 * parts), {32, 8}, detail::row_parts_across_kernel<F, T>, d.gate(), f, x, chunk, parts, part);
    else
        d.launch(detail::grid_of((rows * parts + 7) / 8), {32, 8}, detail::row_parts_kernel<F, T>, d.gate(), f, x, chunk, parts, part);
    if (parts > 1) d.launch(detail::grid_of((rows + 255) / 256), 256, detail::add_parts_kernel<double>, d.gate(), part, parts, rows, out);
}

/// out_k = sum over item k of f(x_ij...), in double.
template <class F, class... T>
void item_sums(cuda& d, F const& f, double* out, blocks<T, gpu> const&... all) {
    auto each = [&](auto... x) {
        const index_t count = detail::first_of(x...).count;
        if (!count) return;
        const detail::sweep_plan s = detail::plan_sweep(true, x...);
        dim3 grid = s.grid(count);
        grid.x = (std::max)(1u, (std::min)(grid.x, 256u));
        auto scope = d.scratch().open();
        double* part = d.scratch().template take<double>(count * index_t(grid.x));
        d.launch(grid, s.threads(), detail::item_parts_kernel<F, T...>, d.gate(), s, f, part, x...);
        d.launch(detail::grid_of((count + 255) / 256), 256, detail::add_parts_kernel<double>, d.gate(), part, index_t(grid.x), count, out);
    };
    each(all...);
}

/// out_i = |x_i|, the Euclidean norm of row i, without overflow or underflow over the whole range of T.
template <class T>
void row_norms(cuda& d, blocks<T, gpu> const& x, double* out) {
    if (!row_count(x)) return;
    row_sums(d, detail::squared_value{}, x, out);
    d.launch(detail::grid_of((row_count(x) + 7) / 8), {32, 8}, detail::norms_of_squares_kernel<T>, d.gate(), x, out);
}

}  // namespace isotypic
