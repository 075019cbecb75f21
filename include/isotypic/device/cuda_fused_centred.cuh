// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_bands.cuh>

/// \file
/// Momentum, unit rows up to a shared row, decay and the step on a GPU in three sweeps:
///
///     m_i <- k m_i + t g_i                                     c = mean of m_i          12 bytes an element in float
///     s_i = f(|m_i - c|)                                       d = mean of s_i (m_i - c)     4
///     w_i <- keep w_i - rate (s_i (m_i - c) - d) + b                                    12
///
/// with b = 0, or (1 - keep) times the mean of the w_i, one sweep of 4 bytes more. c is kept as two numbers of m's type, so that m - c
/// loses nothing where all rows share a large part. Sums run in double, in an order that follows from the shape. Each sweep is a stage of
/// jobs: the blocks of a role, routers say, take it in one launch.
namespace isotypic {
namespace detail {

/// What belongs to the columns of each item, `pitch` apart from item to item; what to its rows.
template <class U>
struct centred_numbers {
    U *high, *low, *shift;  ///< c in two parts; rate d + b
    double *b, *s;
    index_t pitch, rows;
};

template <class U>
struct keep_centre {
    centred_numbers<U> to;
    __device__ void operator()(index_t k, index_t j, double sum) const {
        const double mean = sum / double(to.rows);
        const U high = U(mean);
        to.high[k * to.pitch + j] = high, to.low[k * to.pitch + j] = U(mean - double(high));
    }
};
template <class U, class Rate>
struct keep_decay {
    centred_numbers<U> to;
    step_size<Rate> size;
    __device__ void operator()(index_t k, index_t j, double sum) const { to.b[k * to.pitch + j] = (1 - size.at_start().keep) * (sum / double(to.rows)); }
};
template <class U, class Rate>
struct keep_shift {
    centred_numbers<U> to;
    step_size<Rate> size;
    bool horizontal;
    __device__ void operator()(index_t k, index_t j, double sum) const {
        to.shift[k * to.pitch + j] = U(std::fma(size.at_start().rate, sum / double(to.rows), horizontal ? to.b[k * to.pitch + j] : 0));
    }
};

/// s_i and the sums of the columns of s_i (m_i - c) over a band; a group of threads a row, of which each holds `per` packs.
template <int per, int n, bool whole, class F, class U>
struct centred_factors_job {
    static constexpr int threads = 512, resident = 1;
    gate shut;
    bands cut;
    F f;
    blocks<U, gpu> m;
    centred_numbers<U> c;
    double* part;

    __device__ void operator()() const {
        if (shut.closed() || blockIdx.x >= cut.count || blockIdx.y >= m.count) return;
        const int cols = int(m.cols()), packs = (cols + n - 1) / n;
        const view<U, gpu> a = m.panel(blockIdx.y);
        U const *above = c.high + blockIdx.y * c.pitch, *below = c.low + blockIdx.y * c.pitch;
        const index_t begin = blockIdx.x * cut.high, end = (std::min)(m.rows(), begin + cut.high);
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
        double* out = part + (blockIdx.y * cut.count + blockIdx.x) * cols;
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
};

/// w_i <- keep w_i - rate s_i (m_i - c) + shift.
template <bool whole, class U, class T, class Rate>
struct centred_step_job {
    static constexpr int threads = 256, resident = 2, n = pack_width<T>;
    gate shut;
    bands cut;
    step_size<Rate> size;
    blocks<U, gpu> m;
    blocks<T, gpu> w;
    centred_numbers<U> c;

    __device__ void operator()() const {
        const band_place at(cut.high, n, w.rows(), w.cols(), w.count);
        if (shut.closed() || at.idle || at.left <= 0) return;
        const view<U, gpu> a = m.panel(at.matrix);
        const view<T, gpu> b = w.panel(at.matrix);
        const index_t first = at.matrix * c.pitch + at.first;
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
                s[q] = c.s[at.matrix * w.rows() + i];
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
};

}  // namespace detail

/// See the file's comment; f maps |m_i - c| to a factor, `horizontal` decays the weights about their mean. Items of a batch each have
/// their own means. False, with nothing done, for joined pairs, where columns are not contiguous, and for rows beyond 32 KiB of m.
template <class U, class T, class F, class Rate>
bool fused_centred_rows(cuda& d, std::type_identity_t<U> k, std::type_identity_t<U> t, F const& f, blocks<U, gpu> const& m, blocks<T const, gpu> const& g,
                        blocks<T, gpu> const& w, detail::step_size<Rate> const& size, bool horizontal) {
    if (!w.size()) return true;
    constexpr int n = detail::pack_width<T>, per = int(64 / (n * sizeof(U)));
    const index_t rows = w.rows(), cols = w.cols(), pitch = (cols + 15) / 16 * 16, packs = (cols + n - 1) / n;
    const bool unit = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
    if (w.joined || !unit || packs > 512 * per || detail::too_many_tiles(cols, n, w.count)) return false;
    const bool whole = cols % n == 0 && detail::aligned_packs<n>(m) && detail::aligned_packs<n>(g) && detail::aligned_packs<n>(w);
    const detail::bands cut(rows);
    auto& memory = d.job_scratch(8 * w.count * (4 * pitch + rows + cut.count * cols));
    auto columns = [&] { return memory.template take<U>(w.count * pitch); };
    auto take = [&](index_t count) { return memory.template take<double>(count); };
    U *high = columns(), *low = columns(), *shift = columns();
    double *b = take(w.count * pitch), *s = take(w.count * rows), *part = take(w.count * cut.count * cols);
    const detail::centred_numbers<U> c{high, low, shift, b, s, pitch, rows};

    const detail::band_threads how(cut, cols, n, w.count);
    auto sum = [&](auto const& last, int stage) { detail::sum_of_bands(d, part, cut, cols, w.count, last, stage); };
    const detail::row_threads row(rows, w.count, packs, per);
    auto launch = [&](auto packed) {
        if (horizontal) {
            d.launch_job(how.grid, how.threads, detail::sum_bands_job<packed, T>{d.gate(), cut, w, part}, 0);
            sum(detail::keep_decay<U, Rate>{c, size}, 1);
        }
        using detail::band_sum;
        d.launch_job(how.grid, how.threads, detail::average_bands_job<packed, band_sum::average, U, T, Rate>{d.gate(), cut, {k, t}, size.clip, m, g, part}, 2);
        sum(detail::keep_centre<U>{c}, 3);
        d.launch_job({how.grid.x, unsigned(w.count), 1}, row.threads, detail::centred_factors_job<per, n, packed, F, U>{d.gate(), cut, f, m, c, part}, 4);
        sum(detail::keep_shift<U, Rate>{c, size, horizontal}, 5);
        d.launch_job(how.grid, how.threads, detail::centred_step_job<packed, U, T, Rate>{d.gate(), cut, size, m, w, c}, 6);
    };
    if (whole)
        launch(std::true_type{});
    else
        launch(std::false_type{});
    return true;
}

}  // namespace isotypic
