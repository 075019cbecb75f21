// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda_lines.cuh>
#include <isotypic/device/cuda_sweep.cuh>

/// \file
/// Lines of numbers brought to mean 0 and size 1 on a GPU: see standardization.hpp.
///
///     y = r (x - m 1),    r = (|x - m 1|^2 / q + eps)^(-1/2)
///
/// One kernel; 2 numbers an element move (8 bytes in float, 4 in 16 bits) in rows of up to 8192 (double 4096), which stay in registers, and 3
/// with those that are longer or not in one piece. Sums are taken in double, about the first number of the line, and once more about
/// the mean where that is far off.
namespace isotypic {
namespace detail {

/// What is written of a line in T's arithmetic: r (x - m), or r (t - a - b r (x - m)); in double where a factor is far from one.
template <class C>
struct gpu_line_map {
    double m, r, a = 0, b = 0;

    /// Does a factor fit C?
    constexpr bool near() const { return r == 0 || (r > 1e-15 && r < 1e15 && b > -1e15 && b < 1e15); }
    template <bool near>
    constexpr C scaled(C x) const {
        const C high = C(m), low = C(m - double(high));
        return near ? C(r) * ((x - high) - low) : C(r * (double(x) - m));
    }
    template <bool near>
    constexpr C derived(C x, C t) const {
        const C high = C(m), low = C(m - double(high));
        return near ? C(r) * ((t - C(a)) - C(b * r) * ((x - high) - low)) : C(r * (double(t) - a - b * (r * (double(x) - m))));
    }
    /// f(near) with a constant: what only one of the two needs is in no register of the other.
    template <class F>
    __device__ void with_near(F const& f) const {
        if (sizeof(C) < sizeof(double) && near())
            f(std::true_type());
        else
            f(std::false_type());
    }
};

/// m and r of a line whose squares have left the range of double: each number scaled by the largest.
template <class Way, class T>
__device__ gpu_line_map<compute<T>> scaled_statistics(line_share<Way, T> const& x, standardization how, index_t n, double first) {
    using team = typename Way::team;
    double most = 0, mean = 0, sum = 0;
    x.each_number([&](double v) { most = larger{}(most, std::fabs(v)); });
    most = team::join(most, larger{});
    const double base = how.centred && most > 0 ? first / most : 0;
    x.each_number([&](double v) { mean += how.centred ? v / most - base : 0; });
    mean = team::join(mean, add{}) / double(n);
    x.each_number([&](double v) { sum += (v / most - base - mean) * (v / most - base - mean); });
    sum = team::join(sum, add{});
    if (!(most > 0)) return {0 * first, how.eps > 0 ? 1 / std::sqrt(how.eps) : 0};
    const double root = std::sqrt(how.eps), size = hypot(std::sqrt(sum / (how.unit ? 1 : double(n))), root / most);
    const double r = root / most > 1.7e308 && sum == sum ? 1 / root : size == 0 ? 0 : (size - size == 0 ? 1 / size : size - size) / most;
    return {(base + mean) * most, r > 1.7e308 ? 1.7e308 : r};
}

/// m and r of a line, for all of its team.
template <class Way, class T>
__device__ gpu_line_map<compute<T>> line_statistics_of(line_share<Way, T> const& x, standardization how, index_t n, double first) {
    using team = typename Way::team;
    double c = how.centred ? first : 0, plain = 0, product = 0;
    const auto about = [&] {
        plain = product = 0;
        x.each_number([&](double v) { plain += v - c, product += (v - c) * (v - c); });
        if (how.centred) plain = team::join(plain, add{});
        product = team::join(product, add{});
    };
    about();
    // Lines that lie side by side share the barriers of their block: there all of it goes on.
    const bool lost = how.centred && plain * plain / double(n) > 0.9375 * product;
    if constexpr (team::size == 8) {
        if (__syncthreads_or(lost)) c += lost ? plain / double(n) : 0, about();
    } else {
        if (lost) c += plain / double(n), about();
    }
    const double shift = how.centred ? plain / double(n) : 0, square = product - shift * plain;
    const bool far = sizeof(T) == sizeof(double) && !(square > 1e-280 && product < 1e280);
    if constexpr (sizeof(T) == sizeof(double)) {
        if (team::size == 8 ? __syncthreads_or(far) : far) {
            const auto found = scaled_statistics(x, how, n, first);
            if (far) return found;
        }
    }
    // Squares of shorter numbers stay in the range of double: what is left are zeros and what is not finite.
    if (square > 0 && product - product == 0) return {c + shift, 1 / std::sqrt(square / (how.unit ? 1 : double(n)) + how.eps)};
    const double nothing = product - product;  // 0, or not a number
    return {c + shift, (how.eps > 0 ? 1 / std::sqrt(how.eps) : 0) + nothing};
}

template <class Way, class T>
__global__ void __launch_bounds__(Way::threads, Way::resident)
    standardize_kernel(gate g, standardization how, line_shape s, line_array<T const> x, line_array<T> y, line_statistics<double> found,
                       line_affine_array<compute<T>> a) {
    if (g.closed()) return;
    using C = compute<T>;
    Way::lines(s.lines(), [&](index_t l, bool there) {
        const index_t length = s.length(), n = there ? length : 0;
        const line_spot at = s.spot(there ? l : 0);
        const line_share<Way, T> mine(x.line(s, at, n));
        const auto map = line_statistics_of(mine, how, length, double(C(*mine.from.first)));
        if (there && Way::team::first() == 0) found.mean[l] = map.m, found.inverse[l] = map.r;
        const auto to = y.line(s, at, n);
        const auto gain = a.line(a.all.gain, s, at, n), shift = a.line(a.all.shift, s, at, n);
        const bool of_line = gain.first && a.all.of_lines;
        const C by = of_line ? *gain.first : C(1), more = of_line ? *shift.first : C(0);
        map.with_near([&]<bool near>(std::bool_constant<near>) {
            mine.each([&](int k, typename Way::index j) {
                const auto p = mine.get(k, j);
                const auto scale = gain.template read<Way>(j, by), b = shift.template read<Way>(j, more);
                line_pack<T, Way::pack> q;
                for (int i = 0; i < Way::pack; ++i) q.set(i, T(scale.get(i) * map.template scaled<near>(C(p.get(i))) + b.get(i)));
                to.template write<Way>(j, q);
            });
        });
    });
}

}  // namespace detail

/// y may be x. `found` has room for m and r.
template <class T>
void standardize(cuda& d, standardization how, blocks<T const, gpu> const& x, blocks<T, gpu> const& y, line_statistics<double> found,
                 line_affine<compute<T>> const& a = {}) {
    if (!x.size()) return;
    const detail::line_shape s(how.together, x, y);
    detail::choose_way<T>(s, [&]<class Way>(Way) {
        d.launch(detail::grid_of_lines<Way>(s.lines()), Way::team::block(), detail::standardize_kernel<Way, T>, d.gate(), how, s,
                 detail::line_array<T const>(Way::pack, s, x), detail::line_array<T>(Way::pack, s, y), found,
                 detail::line_affine_array<compute<T>>(Way::pack, s, a));
    });
}

}  // namespace isotypic
