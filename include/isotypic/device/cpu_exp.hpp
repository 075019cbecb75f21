// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_line.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

/// \file
/// Exponentials of a line, by Eigen's packets. A tail goes through a whole packet too, so a number has the same result wherever it
/// lies, and sums go by fixed lanes. -ffast-math leaves them right.
namespace isotypic::detail {

template <class T>
using packet = typename Eigen::internal::packet_traits<T>::type;
template <class T>
inline constexpr index_t packet_size = Eigen::internal::packet_traits<T>::size;

template <class T>
T max_line(index_t n, T const* x) {
    namespace e = Eigen::internal;
    packet<T> most = e::pset1<packet<T>>(-std::numeric_limits<T>::infinity());
    index_t k = 0;
    for (; k + packet_size<T> <= n; k += packet_size<T>) most = e::pmax(most, e::ploadu<packet<T>>(x + k));
    T largest = e::predux_max(most);
    for (; k < n; ++k) largest = (std::max)(largest, x[k]);
    return largest;
}

/// sum_k x_k in double over eight lanes.
template <class T>
double sum_line(index_t n, T const* x) {
    double lane[8] = {};
    index_t k = 0;
#ifdef __GNUC__
    four_doubles low{}, high{}, a, b;
    for (; k + 8 <= n; k += 8) load(a, x + k), load(b, x + k + 4), low += a, high += b;
    __builtin_memcpy(lane, &low, 32), __builtin_memcpy(lane + 4, &high, 32);
#endif
    for (; k < n; ++k) lane[k % 8] += double(x[k]);
    return fold_lanes(lane);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // of a packet as a template's argument
#endif

/// exp(a) for a <= 0, and 0 below -87.6 (float) or -706 (double).
template <class T>
packet<T> exp_packet(packet<T> const& a) {
    namespace e = Eigen::internal;
    using P = packet<T>;
    if constexpr (sizeof(T) == 4 && packet_size<T> > 1) {
        // 2^n (1 + r + r^2 p(r)), n = round(a / log 2) from -127 on, where 2^n is written as 0; p has a relative error of 3e-9 (Remez).
        // A third of the time of Eigen's, which keeps infinities and the last bit, of numbers that are at most 0.
        using bits = typename e::unpacket_traits<P>::integer_packet;
        const P x = e::pmax(a, e::pset1<P>(-88.f)), magic = e::pset1<P>(12582912.f + 127.f);
        P shifted = e::pmadd(x, e::pset1<P>(1.44269504f), magic);
        EIGEN_OPTIMIZATION_BARRIER(shifted)  // what is rounded here -ffast-math would take back
        const P n = e::psub(shifted, magic);
        P r = e::pmadd(n, e::pset1<P>(-0.693359375f), x);
        EIGEN_OPTIMIZATION_BARRIER(r)
        r = e::pmadd(n, e::pset1<P>(2.12194440e-4f), r);
        P p = e::pmadd(r, e::pset1<P>(1.381454017e-3f), e::pset1<P>(8.368745109e-3f));
        p = e::pmadd(r, p, e::pset1<P>(4.166839078e-2f));
        p = e::pmadd(r, p, e::pset1<P>(1.666652040e-1f));
        p = e::pmadd(r, p, e::pset1<P>(4.999999343e-1f));
        p = e::pmadd(r, e::pmadd(r, p, e::pset1<P>(1.f)), e::pset1<P>(1.f));
        return e::pmul(p, e::preinterpret<P>(e::plogical_shift_left<23>(e::preinterpret<bits>(shifted))));
    } else {
        const P least = e::pset1<P>(sizeof(T) == 4 ? T(-87.6) : T(-706));
        return e::pand(e::pexp(e::pmax(a, least)), e::pcmp_le(least, a));
    }
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// y_k <- exp(scale (x_k - shift)) by `exp_packet`, for numbers scale (x_k - shift) <= 0; returns their sum. y may be x. On the way, memory that
/// is read and written next is fetched, unless null.
template <class T>
double exp_line(index_t n, T scale, T shift, T const* x, T* y, [[maybe_unused]] T const* read = nullptr, [[maybe_unused]] T const* write = nullptr) {
    namespace e = Eigen::internal;
    using P = packet<T>;
    constexpr index_t width = packet_size<T>, line = 64 / index_t(sizeof(T)), run = 16;  // packets summed in T before the sum goes on in double
    const P by = e::pset1<P>(scale), from = e::pset1<P>(shift);
    P some = e::pset1<P>(T(0));
    double sum = 0;
    index_t k = 0, summed = 0;
    for (; k + width <= n; k += width) {
#ifdef __GNUC__
        if (k % line == 0 && read) __builtin_prefetch(read + k, 0, 2);
        if (k % line == 0 && write) __builtin_prefetch(write + k, 1, 2);
#endif
        const P v = exp_packet<T>(e::pmul(by, e::psub(e::ploadu<P>(x + k), from)));
        e::pstoreu(y + k, v);
        some = e::padd(some, v);
        if (++summed == run) sum += double(e::predux(some)), some = e::pset1<P>(T(0)), summed = 0;
    }
    if (k < n) {
        T rest[std::size_t(width)];
        for (index_t i = 0; i < width; ++i) rest[i] = k + i < n ? x[k + i] : shift;
        e::pstoreu(rest, exp_packet<T>(e::pmul(by, e::psub(e::ploadu<P>(rest), from))));
        for (index_t i = 0; i < width; ++i) {
            if (k + i < n)
                y[k + i] = rest[i];
            else
                rest[i] = 0;
        }
        some = e::padd(some, e::ploadu<P>(rest));
    }
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
/// By reference: clang lets no argument of -ffast-math be infinite.
template <class T>
bool finite_number(T const& x) {
    return finite_line(1, &x);
}

}  // namespace isotypic::detail
