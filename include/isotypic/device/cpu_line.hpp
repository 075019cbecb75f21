// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/standardization.hpp>
#include <tuple>

/// \file
/// One line of a standardization: sums in double over eight lanes, and what is written in T while its factors are far from the
/// limits of T. Where strides are not 1 a plain loop does the same.
namespace isotypic::detail {

/// sum of u and of u v; u = v = x - c, or u = t and v = x - c.
struct two_sums {
    double plain = 0, product = 0;
    void operator+=(two_sums const& o) { plain += o.plain, product += o.product; }
};

inline double fold_lanes(double const* s) { return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])); }

#ifdef __GNUC__
/// Four numbers; g++ does not find these vectors in a loop with two sums.
using four_doubles [[gnu::vector_size(32)]] = double;
using four_floats [[gnu::vector_size(16)]] = float;

inline void load(four_doubles& to, double const* from) { __builtin_memcpy(&to, from, sizeof to); }
inline void load(four_doubles& to, float const* from) {
    four_floats some;
    __builtin_memcpy(&some, from, sizeof some);
    to = __builtin_convertvector(some, four_doubles);
}
#endif

/// Of n numbers; t may be null, gain too.
template <bool self, bool weighted, class T>
two_sums line_sums(index_t n, T const* x, T const* t, T const* gain, index_t dx, index_t dt, double c) {
    double s[8] = {}, p[8] = {};
    index_t j = 0;
#ifdef __GNUC__
    if (dx == 1 && (self || dt == 1) && n >= 8) {
        four_doubles s0{}, s1{}, p0{}, p1{}, u0, u1, v0, v1, g0, g1;
        for (; j + 8 <= n; j += 8) {
            load(v0, x + j), load(v1, x + j + 4);
            v0 -= c, v1 -= c;
            if constexpr (self)
                u0 = v0, u1 = v1;
            else
                load(u0, t + j), load(u1, t + j + 4);
            if constexpr (weighted) load(g0, gain + j), load(g1, gain + j + 4), u0 *= g0, u1 *= g1;
            s0 += u0, s1 += u1, p0 += u0 * v0, p1 += u1 * v1;
        }
        __builtin_memcpy(s, &s0, 32), __builtin_memcpy(s + 4, &s1, 32), __builtin_memcpy(p, &p0, 32), __builtin_memcpy(p + 4, &p1, 32);
    }
#endif
    for (; j < n; ++j) {
        const double v = double(x[j * dx]) - c;
        double u = v;
        if constexpr (!self) u = double(t[j * dt]);
        if constexpr (weighted) u *= double(gain[j]);
        s[j % 8] += u, p[j % 8] += u * v;
    }
    return {fold_lanes(s), fold_lanes(p)};
}

/// 0 for 0, and not a number for what is not finite.
inline double reciprocal(double size) {
    return size == 0 ? 0 : size < std::numeric_limits<double>::infinity() ? 1 / size : std::numeric_limits<double>::quiet_NaN();
}

/// m and r of n > 0 numbers at(0) .., each scaled by the largest.
template <class F>
std::pair<double, double> scaled_statistics(standardization how, index_t n, F const& at) {
    double most = 0, mean = 0, sum = 0, nothing = 0;  // the last is NaN if a number is not finite, which a maximum passes over
    for (index_t j = 0; j < n; ++j) most = (std::max)(most, std::abs(double(at(j)))), nothing += 0 * double(at(j));
    if (!(most > 0)) return {nothing, how.eps > 0 ? 1 / std::sqrt(how.eps) : 0};
    const double base = how.centred ? double(at(0)) / most : 0;
    for (index_t j = 0; j < n && how.centred; ++j) mean += (double(at(j)) / most - base) / double(n);
    for (index_t j = 0; j < n; ++j) sum += (double(at(j)) / most - base - mean) * (double(at(j)) / most - base - mean);
    const double root = std::sqrt(how.eps), size = std::hypot(std::sqrt(sum / (how.unit ? 1 : double(n))), root / most);
    const double r = root / most > 1.7e308 && sum == sum ? 1 / root : reciprocal(size) / most;
    return {(base + mean) * most, r > 1.7e308 ? 1.7e308 : r};
}

/// Tells whether the sums about c lost too much where the mean is far from c, for then they must be taken about the mean.
inline bool lost(two_sums s, double n) { return s.plain * s.plain / n > 0.9375 * s.product; }

/// m and r from the sums about c of n numbers; `at` reads them once more where squares have left the range of double.
template <class F>
std::pair<double, double> finish_statistics(standardization how, index_t n, two_sums s, double c, F const& at) {
    const double shift = how.centred ? s.plain / double(n) : 0, square = s.product - shift * s.plain;
    if (square > 1e-280 && s.product < 1e280) return {c + shift, 1 / std::sqrt(square / (how.unit ? 1 : double(n)) + how.eps)};
    return scaled_statistics(how, n, at);
}

/// What is written of a line: r (x - m), or r (t - a - b r (x - m)).
template <class T>
struct line_map {
    double m, r, a = 0, b = 0;

    bool near() const { return r == 0 || (r > 1e-15 && r < 1e15 && std::abs(b) < 1e15); }
    T high() const { return T(m); }
    T low() const { return T(m - double(T(m))); }
    T factor() const { return T(r); }
    T along() const { return T(b * r); }

    T scaled(T x) const { return T(r * (double(x) - m)); }
    T derived(T x, double t) const { return T(r * (t - a - b * (r * (double(x) - m)))); }
};

/// f(j) for the numbers of a line, whose operands are either the same address or disjoint.
template <class F>
void along(index_t n, F const& f) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
    for (index_t j = 0; j < n; ++j) f(j);
}

/// y = gain r (x - m) + shift; gain and shift null, or neither.
template <class T>
void write_line(line_map<T> f, index_t n, T const* x, index_t dx, T* y, index_t dy, T const* gain, T const* shift) {
    const T s = f.factor(), high = f.high(), low = f.low();
    const bool unit = dx == 1 && dy == 1;
    if (unit && f.near() && gain)
        along(n, [=](index_t j) { y[j] = gain[j] * (s * ((x[j] - high) - low)) + shift[j]; });
    else if (unit && f.near() && f.m == 0)
        along(n, [=](index_t j) { y[j] = s * x[j]; });
    else if (unit && f.near())
        along(n, [=](index_t j) { y[j] = s * ((x[j] - high) - low); });
    else
        for (index_t j = 0; j < n; ++j) {
            const T v = f.near() ? s * ((x[j * dx] - high) - low) : f.scaled(x[j * dx]);
            y[j * dy] = gain ? gain[j] * v + shift[j] : v;
        }
}

/// out = whole r (gain t - a - b r (x - m)).
template <class T>
void write_derivative(line_map<T> f, index_t n, T const* x, index_t dx, T const* t, index_t dt, T* out, index_t dout, T const* gain, T whole) {
    const T s = whole * f.factor(), k = f.along(), flat = T(f.a), high = f.high(), low = f.low();
    const bool unit = dx == 1 && dt == 1 && dout == 1;
    if (unit && f.near() && gain)
        along(n, [=](index_t j) { out[j] = s * ((gain[j] * t[j] - flat) - k * ((x[j] - high) - low)); });
    else if (unit && f.near())
        along(n, [=](index_t j) { out[j] = s * ((t[j] - flat) - k * ((x[j] - high) - low)); });
    else
        for (index_t j = 0; j < n; ++j) {
            const T u = x[j * dx], v = gain ? gain[j] * t[j * dt] : t[j * dt];
            out[j * dout] = f.near() ? s * ((v - flat) - k * ((u - high) - low)) : whole * f.derived(u, double(v));
        }
}

/// gain_j += t_j r (x_j - m), shift_j += t_j.
template <class T>
void add_affine(line_map<T> f, index_t n, T const* __restrict x, index_t dx, T const* __restrict t, index_t dt, double* __restrict gain, double* __restrict shift) {
    const double m = f.m, r = f.r;
    if (dx == 1 && dt == 1)
        for (index_t j = 0; j < n; ++j) gain[j] += double(t[j]) * (r * (double(x[j]) - m)), shift[j] += double(t[j]);
    else
        for (index_t j = 0; j < n; ++j) gain[j] += double(t[j * dt]) * (r * (double(x[j * dx]) - m)), shift[j] += double(t[j * dt]);
}

}  // namespace isotypic::detail
