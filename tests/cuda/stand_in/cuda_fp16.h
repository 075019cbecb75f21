// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "stand_in/meetings.hpp"
#include "stand_in/narrow.hpp"

// Arithmetic is in float, after a conversion.
struct __half {
    std::uint16_t bits;

    __half() = default;
    explicit constexpr __half(float x) : bits(stand_in::narrow<10>::from(static_cast<double>(x))) {}
    explicit constexpr __half(double x) : bits(stand_in::narrow<10>::from(x)) {}
    constexpr operator float() const { return stand_in::narrow<10>::to_float(bits); }
};
using half = __half;

struct alignas(4) __half2 {
    __half x, y;
};
using half2 = __half2;

static_assert(sizeof(__half) == 2 && sizeof(__half2) == 4);

constexpr __half __float2half(float x) { return __half(x); }
constexpr __half __float2half_rn(float x) { return __half(x); }
constexpr __half __double2half(double x) { return __half(x); }
constexpr float __half2float(__half x) { return static_cast<float>(x); }
constexpr __half2 __halves2half2(__half x, __half y) { return {x, y}; }
constexpr __half2 __floats2half2_rn(float x, float y) { return {__half(x), __half(y)}; }
constexpr float2 __half22float2(__half2 v) { return {static_cast<float>(v.x), static_cast<float>(v.y)}; }
constexpr unsigned short __half_as_ushort(__half x) { return x.bits; }
constexpr __half __ushort_as_half(unsigned short bits) {
    __half x(0.0f);
    x.bits = bits;
    return x;
}

STAND_IN_SHUFFLES(__half)
STAND_IN_SHUFFLES(__half2)
