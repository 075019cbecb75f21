// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>

/// \file
/// How the fused sweeps of the CPU walk over a matrix: along lines, or where columns are contiguous in tiles of eight
/// columns side by side (more would share too few lines of the first cache where a column is a power of two long),
/// asked for three tiles ahead, since a prefetcher stops where a page ends, in strips of rows.
namespace isotypic::detail {

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

/// f(begin, end) over strips of the rows of a matrix with contiguous columns. The strips follow from the shape, not from
/// where cache lines begin: what a strip decides for all its rows must not depend on the address.
template <class F>
void for_each_strip(cpu& device, index_t rows, index_t cols, F const& f) {
    constexpr index_t strip = 1024;
    for_each_part(device, (rows + strip - 1) / strip, rows * cols, [&](index_t x) { f(x * strip, (std::min)(rows, (x + 1) * strip)); });
}

}  // namespace isotypic::detail
