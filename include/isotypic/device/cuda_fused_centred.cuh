// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_bands.cuh>
#include <isotypic/update/step_size.hpp>

/// \file
/// Momentum, unit rows up to a shared row, decay and the step on a GPU in three sweeps:
///
///     m_i <- k m_i + t g_i                                     c = mean of m_i          12 bytes an element in float
///     s_i = f(|m_i - c|)                                       d = mean of s_i (m_i - c)     4
///     w_i <- keep w_i - rate (s_i (m_i - c) - d) + b                                    12
///
/// with b = 0, or (1 - keep) times the mean of the w_i, one sweep of 4 bytes more. c is kept as two numbers of m's type, so that m - c
/// loses nothing where all rows share a large part. Sums run in double, in an order that follows from the shape.
namespace isotypic {
namespace detail {

/// What belongs to the columns of each item, `pitch` apart from item to item; what to its rows.
template <class U>
struct centred_numbers {
    U *high, *low, *shift;  ///< c in two parts; rate d + b
    double *b, *s;
    index_t pitch;
};

template <class U>
struct keep_centre {
    centred_numbers<U> to;
    __device__ void operator()(index_t k, index_t j, double mean) const {
        const U high = U(mean);
        to.high[k * to.pitch + j] = high, to.low[k * to.pitch + j] = U(mean - double(high));
    }
};
template <class U, class Rate>
struct keep_decay {
    centred_numbers<U> to;
    step_size<Rate> size;
    __device__ void operator()(index_t k, index_t j, double mean) const { to.b[k * to.pitch + j] = (1 - size.at_start().keep) * mean; }
};
template <class U, class Rate>
struct keep_shift {
    centred_numbers<U> to;
    step_size<Rate> size;
    bool horizontal;
    __device__ void operator()(index_t k, index_t j, double mean) const {
        const double shift = size.at_start().rate * mean;
        to.shift[k * to.pitch + j] = U(horizontal ? shift + to.b[k * to.pitch + j] : shift);
    }
};

/// s_i and the sums of the columns of s_i (m_i - c) over a band; a group of threads a row, of which each holds `per` packs.
template <int per, int n, bool whole, class F, class U>
__global__ void __launch_bounds__(512) centred_factors_kernel(gate shut, index_t high, F f, blocks<U, gpu> m, centred_numbers<U> c, double* part) {
    if (shut.closed()) return;
    const int cols = int(m.cols()), packs = (cols + n - 1) / n;
    const view<U, gpu> a = m.panel(blockIdx.y);
    U const *above = c.high + blockIdx.y * c.pitch, *below = c.low + blockIdx.y * c.pitch;
    const index_t begin = blockIdx.x * high, end = (std::min)(m.rows(), begin + high);
    constexpr std::size_t held = per;
    pack<double, n> sum[held] = {};
    auto each = [&](auto const& todo) {
        for (int q = 0; q < per; ++q)
            if (const int p = int(threadIdx.x) + q * int(blockDim.x); p < packs) todo(q, p * n, cols - p * n);
    };
    pack<U, n> x[held], next[held];
    auto load = [&](index_t i) {
        if (i < end) each([&](int q, int j, int left) { next[q] = load_pack<whole, n>(a.data + i * a.row_stride + j, left); });
    };
    load(begin + threadIdx.y);
    for (index_t i = begin + threadIdx.y; i < end; i += blockDim.y) {
        each([&](int q, int, int) { x[q] = next[q]; });
        load(i + blockDim.y);
        double squares = 0;
        each([&](int q, int j, int left) {
            const auto up = load_pack<whole, n>(above + j, left), down = load_pack<whole, n>(below + j, left);
            for (int e = 0; e < n; ++e) {
                x[q].at[e] = (x[q].at[e] - up.at[e]) - down.at[e];
                squares = std::fma(double(x[q].at[e]), double(x[q].at[e]), squares);
            }
        });
        const double s = row_length_to<U>(squares, f, [&](auto const& take) {
            each([&](int q, int, int) {
                for (int e = 0; e < n; ++e) take(double(x[q].at[e]));
            });
        });
        each([&](int q, int, int) {
            for (int e = 0; e < n; ++e) sum[q].at[e] = std::fma(s, double(x[q].at[e]), sum[q].at[e]);
        });
        if (threadIdx.x == 0) c.s[blockIdx.y * m.rows() + i] = s;
    }
    // Groups add to a row of shared sums in turn; a lone one has its own.
    __shared__ double of_column[32 * held * std::size_t(n)];
    double* out = part + (blockIdx.y * index_t(gridDim.x) + blockIdx.x) * cols;
    for (unsigned y = 0; y < blockDim.y; ++y) {
        if (threadIdx.y == y) each([&](int q, int j, int left) {
            for (int e = 0; e < n && e < left; ++e) {
                if (y > 0) sum[q].at[e] += of_column[j + e];
                if (y + 1 < blockDim.y)
                    of_column[j + e] = sum[q].at[e];
                else
                    out[j + e] = sum[q].at[e];
            }
        });
        __syncthreads();
    }
}

/// w_i <- keep w_i - rate s_i (m_i - c) + shift.
template <bool whole, class U, class T, class Rate>
__global__ void __launch_bounds__(256, 3)
    centred_step_kernel(gate shut, index_t high, step_size<Rate> size, blocks<U, gpu> m, blocks<T, gpu> w, centred_numbers<U> c) {
    if (shut.closed()) return;
    constexpr int n = pack_width<T>;
    const band_place at(high, n, w.rows(), w.cols());
    if (at.left <= 0) return;
    const view<U, gpu> a = m.panel(blockIdx.z);
    const view<T, gpu> b = w.panel(blockIdx.z);
    const index_t first = blockIdx.z * c.pitch + at.first;
    const auto up = load_pack<whole, n>(c.high + first, at.left), down = load_pack<whole, n>(c.low + first, at.left);
    const auto shift = load_pack<whole, n>(c.shift + first, at.left);
    const auto numbers = size.at_start();
    constexpr std::size_t ahead = rows_ahead<n>;
    pack<U, n> x[ahead];
    pack<T, n> y[ahead];
    double s[ahead];
    at.template for_each_row<int(ahead)>(
        [&](int q, index_t i) {
            x[q] = load_pack<whole, n>(&a(i, at.first), at.left), y[q] = load_pack<whole, n>(&b(i, at.first), at.left);
            s[q] = c.s[blockIdx.z * w.rows() + i];
        },
        [&](int q, index_t i) {
            const scaled_step<U> step{numbers.rate, numbers.keep, s[q]};
            auto move = [&](auto small) {
                for (int e = 0; e < n; ++e) {
                    const U v = (x[q].at[e] - up.at[e]) - down.at[e];
                    y[q].at[e] = T(step.template moved<small>(U(y[q].at[e]), v) + shift.at[e]);
                }
            };
            if (step.small())
                move(std::true_type{});
            else
                move(std::false_type{});
            store_pack<whole, n>(&b(i, at.first), y[q], at.left);
        });
}

}  // namespace detail

/// See the file's comment; f maps |m_i - c| to a factor, `horizontal` decays the weights about their mean. Items of a batch each have
/// their own means. False, with nothing done, for joined pairs, where columns are not contiguous, and for rows beyond 32 KiB of m.
template <class U, class T, class F, class Rate>
bool fused_centred_rows(cuda& d, std::type_identity_t<U> k, std::type_identity_t<U> t, F const& f, blocks<U, gpu> const& m, blocks<T const, gpu> const& g,
                        blocks<T, gpu> const& w, detail::step_size<Rate> const& size, bool horizontal) {
    if (!w.size()) return true;
    constexpr int n = detail::pack_width<T>, per = int(64 / (n * sizeof(U)));
    const index_t rows = w.rows(), cols = w.cols(), pitch = (cols + 15) / 16 * 16, packs = (cols + n - 1) / n, most = 65535;
    const bool unit = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
    if (w.joined || !unit || packs > 512 * per || w.count > most) return false;
    const bool whole = cols % n == 0 && detail::aligned_packs<n>(m) && detail::aligned_packs<n>(g) && detail::aligned_packs<n>(w);
    const detail::bands bands(rows);
    auto scope = d.scratch().open();
    auto take = [&](index_t count) { return d.scratch().template take<double>(count); };
    auto columns = [&] { return d.scratch().template take<U>(w.count * pitch); };
    const detail::centred_numbers<U> c{columns(), columns(), columns(), take(w.count * pitch), take(w.count * rows), pitch};
    double* part = take(w.count * bands.count * cols);

    const detail::band_threads how(bands, cols, n, w.count);
    auto mean = [&](auto const& last) { detail::mean_of_bands(d, part, bands, rows, cols, w.count, last); };
    const detail::row_threads row(rows, w.count, packs, per);
    auto launch = [&](auto packed) {
        if (horizontal) {
            d.launch(how.grid, how.threads, detail::sum_bands_kernel<packed, T>, d.gate(), bands.high, w, part);
            mean(detail::keep_decay<U, Rate>{c, size});
        }
        d.launch(how.grid, how.threads, detail::average_bands_kernel<packed, U, T>, d.gate(), bands.high, detail::mix<U>{k, t}, m, g, part);
        mean(detail::keep_centre<U>{c});
        const dim3 grid(unsigned(bands.count), unsigned(w.count), 1);
        d.launch(grid, row.threads, detail::centred_factors_kernel<per, n, packed, F, U>, d.gate(), bands.high, f, m, c, part);
        mean(detail::keep_shift<U, Rate>{c, size, horizontal});
        d.launch(how.grid, how.threads, detail::centred_step_kernel<packed, U, T, Rate>, d.gate(), bands.high, size, m, w, c);
    };
    if (whole)
        launch(std::true_type{});
    else
        launch(std::false_type{});
    return true;
}

}  // namespace isotypic
