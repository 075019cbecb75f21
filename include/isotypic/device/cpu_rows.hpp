// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <cstdint>

/// \file
/// Momentum, unit rows, decay and the step on the CPU, each number through memory once:
///
///     m_i <- k m_i + t g_i,    w_i <- keep w_i - rate f(|m_i|) m_i    for every row i
///
/// Row by row where rows are contiguous: a row of m is still in the first cache when w is written. Where columns
/// are, strips of rows whose m stays in the nearer caches, eight columns side by side (more would share too few
/// lines of the first cache where a column is a power of two long), asked for three tiles ahead, since a prefetcher
/// stops where a page ends; strips begin where a cache line of w does. In both orders 5 numbers an element move: 20 bytes in float. Sums run in double over
/// lanes and strips fixed by the shape.
namespace isotypic {
namespace detail {

/// |x| of n numbers x = at(0) .., from the sum of their squares; where those left the range of double, once more, scaled
/// by the largest.
template <class T, class F>
double length_of(double sum, index_t n, F const& at) {
    if (sizeof(T) < sizeof(double) || (sum > 1e-280 && sum < 1e280)) return std::sqrt(sum);
    double most = 0, scaled = 0;
    for (index_t j = 0; j < n; ++j) most = (std::max)(most, std::abs(double(at(j))));
    for (index_t j = 0; j < n && most > 0; ++j) scaled += double(at(j)) / most * (double(at(j)) / most);
    return most * std::sqrt(scaled);
}

/// |x| of row i, which lies in one or two panels.
template <class T>
double row_length(double sum, view<T> const* x, index_t panels, index_t i) {
    const index_t cols = x[0].cols;
    return length_of<T>(sum, panels * cols, [&](index_t j) { return j < cols ? x[0](i, j) : x[1](i, j - cols); });
}

inline constexpr auto squared = [](double v) { return v * v; };

/// m <- k m + t g along a line; the sum of of(m) over the result.
template <class T, class F>
double average_line(T k, T t, F const& of, index_t n, T* __restrict m, T const* __restrict g) {
    double lane[8] = {};
    auto at = [&](index_t j, index_t l) {
        m[j] = k * m[j] + t * g[j];
        lane[l] += of(double(m[j]));
    };
    index_t j = 0;
    for (; j + 8 <= n; j += 8)
        for (index_t l = 0; l < 8; ++l) at(j + l, l);
    for (index_t l = 0; j < n; ++j, ++l) at(j, l);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/// w <- keep w - rate r m, in T while rate r is far from its limits, else in double and one factor after the other.
template <class T>
struct row_step {
    double rate, keep;
    bool small(double r) const { return std::abs(rate * r) < 1e-2 * double((std::numeric_limits<T>::max)()); }
    T near(T s, T m, T w) const { return T(keep) * w - s * m; }
    T far(double r, T m, T w) const { return T(keep * double(w) - rate * (r * double(m))); }
};

/// The step along a line.
template <class T>
void apply_line(row_step<T> step, double r, index_t n, T const* __restrict m, T* __restrict w) {
    if (step.small(r))
        for (index_t j = 0; j < n; ++j) w[j] = step.near(T(step.rate * r), m[j], w[j]);
    else
        for (index_t j = 0; j < n; ++j) w[j] = step.far(r, m[j], w[j]);
}

/// n rows of `wide` columns: m <- k m + t g, and of(m) added to sum.
template <int wide, class T, class F>
void average_columns(T k, T t, F const& of, index_t n, T* m, index_t ldm, T const* g, index_t ldg, double* __restrict sum) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
    for (index_t i = 0; i < n; ++i) {
        double s = sum[i];
        for (int c = 0; c < wide; ++c) {
            const T v = k * m[i + c * ldm] + t * g[i + c * ldg];
            m[i + c * ldm] = v;
            s += of(double(v));
        }
        sum[i] = s;
    }
}

/// The step on n rows of `wide` columns.
template <int wide, bool small, class T>
void apply_columns(row_step<T> step, index_t n, double const* __restrict r, T const* m, index_t ldm, T* w, index_t ldw) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
    for (index_t i = 0; i < n; ++i) {
        const T s = T(step.rate * r[i]);
        for (int c = 0; c < wide; ++c) {
            T& x = w[i + c * ldw];
            x = small ? step.near(s, m[i + c * ldm], x) : step.far(r[i], m[i + c * ldm], x);
        }
    }
}

/// Asks for n rows of `wide` columns of x: to write, or if T is const to read.
template <int wide, class T>
void fetch_columns(index_t n, T* x, index_t ld) {
#if defined(__GNUC__)
    for (int c = 0; c < wide; ++c)
        for (index_t i = 0; i < n; i += index_t(64 / sizeof(T))) __builtin_prefetch(x + i + c * ld, std::is_const_v<T> ? 0 : 1);
#endif
}

/// f(wide, i, rows, j) over tiles of a strip of n > 0 rows, 8 columns wide, then 1; `ahead` is called in the same way, three
/// tiles earlier.
template <class A, class F>
void for_each_tile(index_t n, index_t cols, A const& ahead, F const& f) {
    constexpr index_t high = 64;
    auto sweep = [&](auto wide, index_t from, index_t to) {
        auto call = [&](auto const& g, index_t& i, index_t& j) {
            g(wide, i, (std::min)(high, n - i), j);
            i += high;
            if (i >= n) i = 0, j += wide;
        };
        index_t next = 0, at = from;
        for (int early = 0; early < 3 && at < to; ++early) call(ahead, next, at);
        for (index_t i = 0, j = from; j < to;) {
            if (at < to) call(ahead, next, at);
            call(f, i, j);
        }
    };
    const index_t whole = cols / 8 * 8;
    sweep(std::integral_constant<int, 8>{}, 0, whole);
    sweep(std::integral_constant<int, 1>{}, whole, cols);
}

/// f(begin, end) over strips of the rows of a matrix with contiguous columns, each from a cache line's beginning.
template <class T, class F>
void for_each_strip(cpu& device, view<T> w, F const& f) {
    constexpr index_t strip = 1024;
    const index_t late = index_t(reinterpret_cast<std::uintptr_t>(w.data) / sizeof(T) % (64 / sizeof(T)));
    for_each_part(device, (w.rows + late + strip - 1) / strip, w.size(), [&](index_t x) {
        f((std::max)(index_t{0}, x * strip - late), (std::min)(w.rows, (x + 1) * strip - late));
    });
}

/// The rows [begin, begin + n) of a matrix with contiguous columns; `r` has room for n numbers.
template <class T, class F>
void fused_strip(T k, T t, F const& f, view<T> const* m, view<T const> const* g, view<T> const* w, index_t panels, row_step<T> step,
                 index_t begin, index_t n, double* r) {
    std::fill_n(r, n, 0.0);
    for (index_t p = 0; p < panels; ++p) {
        T* a = m[p].data + begin;
        T const* b = g[p].data + begin;
        const index_t lda = m[p].col_stride, ldb = g[p].col_stride;
        auto ahead = [&](auto wide, index_t i, index_t rows, index_t j) {
            fetch_columns<wide>(rows, a + i + j * lda, lda), fetch_columns<wide>(rows, b + i + j * ldb, ldb);
        };
        for_each_tile(n, m[p].cols, ahead, [&](auto wide, index_t i, index_t rows, index_t j) {
            average_columns<wide>(k, t, squared, rows, a + i + j * lda, lda, b + i + j * ldb, ldb, r + i);
        });
    }
    bool small = true;
    for (index_t i = 0; i < n; ++i) r[i] = f(row_length(r[i], m, panels, begin + i)), small = small && step.small(r[i]);
    for (index_t p = 0; p < panels; ++p) {
        T const* a = m[p].data + begin;
        T* c = w[p].data + begin;
        const index_t lda = m[p].col_stride, ldc = w[p].col_stride;
        auto ahead = [&](auto wide, index_t i, index_t rows, index_t j) { fetch_columns<wide>(rows, c + i + j * ldc, ldc); };
        for_each_tile(n, m[p].cols, ahead, [&](auto wide, index_t i, index_t rows, index_t j) {
            const auto apply = small ? apply_columns<wide, true, T> : apply_columns<wide, false, T>;
            apply(step, rows, r + i, a + i + j * lda, lda, c + i + j * ldc, ldc);
        });
    }
}

}  // namespace detail

/// See the file's comment; f maps |m_i| to a factor. False, with nothing done, where the three blocks have no common
/// contiguous axis.
template <class T, class F>
bool fused_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g, blocks<T> const& w, double rate, double keep) {
    if (!w.size()) return true;
    const bool by_rows = m.first.col_stride == 1 && g.first.col_stride == 1 && w.first.col_stride == 1;
    const bool by_columns = m.first.row_stride == 1 && g.first.row_stride == 1 && w.first.row_stride == 1;
    if (!by_rows && !by_columns) return false;
    const index_t rows = w.rows(), cols = w.cols(), panels = w.joined && !w.stacked ? 2 : 1;
    const detail::row_step<T> step{rate, keep};
    auto scope = device.scratch().open();
    double* r = by_rows ? nullptr : device.scratch().template take<double>(rows);
    for (index_t i = 0; i < w.matrices(); i += panels) {
        const view<T> a[2] = {m.matrix(i), m.matrix(i + panels - 1)}, c[2] = {w.matrix(i), w.matrix(i + panels - 1)};
        const view<T const> b[2] = {g.matrix(i), g.matrix(i + panels - 1)};
        if (by_rows)
            detail::for_each_band(device, rows, cols * panels, [&](index_t begin, index_t end) {
                for (index_t x = begin; x < end; ++x) {
                    double sum = 0;
                    for (index_t p = 0; p < panels; ++p)
                        sum += detail::average_line<T>(k, t, detail::squared, cols, a[p].data + x * a[p].row_stride, b[p].data + x * b[p].row_stride);
                    const double s = f(detail::row_length(sum, a, panels, x));
                    for (index_t p = 0; p < panels; ++p)
                        detail::apply_line<T>(step, s, cols, a[p].data + x * a[p].row_stride, c[p].data + x * c[p].row_stride);
                }
            });
        else
            detail::for_each_strip(device, c[0], [&](index_t begin, index_t end) {
                detail::fused_strip<T>(k, t, f, a, b, c, panels, step, begin, end - begin, r + begin);
            });
    }
    return true;
}

}  // namespace isotypic
