// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <Eigen/Core>
#include <bit>
#include <cstdint>
#include <limits>

/// \file
/// Exponentials of a line, by Eigen's packets. A tail goes through a whole packet too, so a number has the same result wherever it
/// lies, and sums go by fixed lanes.
namespace isotypic::detail {

template <class T>
using packet = typename Eigen::internal::packet_traits<T>::type;
template <class T>
inline constexpr index_t packet_size = Eigen::internal::packet_traits<T>::size;

/// f(packet, how many of its numbers count, where they lie) over n numbers; the others are -infinity.
template <class T, class F>
void for_each_packet(index_t n, T const* x, F const& f) {
    constexpr index_t width = packet_size<T>;
    index_t k = 0;
    for (; k + width <= n; k += width) f(Eigen::internal::ploadu<packet<T>>(x + k), width, k);
    if (k == n) return;
    T rest[std::size_t(width)];
    for (index_t i = 0; i < width; ++i) rest[i] = k + i < n ? x[k + i] : -std::numeric_limits<T>::infinity();
    f(Eigen::internal::ploadu<packet<T>>(rest), n - k, k);
}

template <class T>
T max_line(index_t n, T const* x) {
    packet<T> most = Eigen::internal::pset1<packet<T>>(-std::numeric_limits<T>::infinity());
    for_each_packet(n, x, [&](packet<T> const& p, index_t, index_t) { most = Eigen::internal::pmax(most, p); });
    return Eigen::internal::predux_max(most);
}

/// y_k <- exp(scale (x_k - shift)), and 0 where that is below 1e-37 (float) or 1e-307 (double); returns their sum. y may be x.
template <class T>
double exp_line(index_t n, T scale, T shift, T const* x, T* y) {
    namespace e = Eigen::internal;
    using P = packet<T>;
    const P by = e::pset1<P>(scale), from = e::pset1<P>(shift), least = e::pset1<P>(sizeof(T) == 4 ? T(-85) : T(-706));
    constexpr index_t run = 64;  // packets summed in T before the sum goes on in double
    P some = e::pset1<P>(T(0));
    double sum = 0;
    index_t count = 0;
    for_each_packet(n, x, [&](P const& p, index_t some_of, index_t k) {
        const P a = e::pmul(by, e::psub(p, from));
        const P v = e::pand(e::pexp(e::pmax(a, least)), e::pcmp_le(least, a));
        some = e::padd(some, v);
        if (++count == run) sum += double(e::predux(some)), some = e::pset1<P>(T(0)), count = 0;
        if (some_of == packet_size<T>) return e::pstoreu(y + k, v);
        T rest[std::size_t(packet_size<T>)];
        e::pstoreu(rest, v);
        for (index_t i = 0; i < some_of; ++i) y[k + i] = rest[i];
    });
    return sum + double(e::predux(some));
}

/// Read as integers, so no compiler flag about floating point changes the answer.
template <class T>
bool finite_line(index_t n, T const* x) {
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr bits exponent = std::bit_cast<bits>(std::numeric_limits<T>::infinity());
    bits any = 0;
    for (index_t k = 0; k < n; ++k) any |= bits((std::bit_cast<bits>(x[k]) & exponent) == exponent);
    return !any;
}

}  // namespace isotypic::detail
