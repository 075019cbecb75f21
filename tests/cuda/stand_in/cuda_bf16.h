// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "stand_in/meetings.hpp"
#include "stand_in/narrow.hpp"

// Arithmetic is in float, after a conversion.
struct __nv_bfloat16 {
    std::uint16_t bits;

    __nv_bfloat16() = default;
    explicit constexpr __nv_bfloat16(float x) : bits(stand_in::narrow<7>::from(static_cast<double>(x))) {}
    explicit constexpr __nv_bfloat16(double x) : bits(stand_in::narrow<7>::from(x)) {}
    constexpr operator float() const { return stand_in::narrow<7>::to_float(bits); }
};
using nv_bfloat16 = __nv_bfloat16;

struct alignas(4) __nv_bfloat162 {
    __nv_bfloat16 x, y;
};
using nv_bfloat162 = __nv_bfloat162;

static_assert(sizeof(__nv_bfloat16) == 2 && sizeof(__nv_bfloat162) == 4);

constexpr __nv_bfloat16 __float2bfloat16(float x) { return __nv_bfloat16(x); }
constexpr __nv_bfloat16 __float2bfloat16_rn(float x) { return __nv_bfloat16(x); }
constexpr __nv_bfloat16 __double2bfloat16(double x) { return __nv_bfloat16(x); }
constexpr float __bfloat162float(__nv_bfloat16 x) { return static_cast<float>(x); }
constexpr __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 x, __nv_bfloat16 y) { return {x, y}; }
constexpr __nv_bfloat162 __floats2bfloat162_rn(float x, float y) { return {__nv_bfloat16(x), __nv_bfloat16(y)}; }
constexpr float2 __bfloat1622float2(__nv_bfloat162 v) { return {static_cast<float>(v.x), static_cast<float>(v.y)}; }
constexpr unsigned short __bfloat16_as_ushort(__nv_bfloat16 x) { return x.bits; }
constexpr __nv_bfloat16 __ushort_as_bfloat16(unsigned short bits) {
    __nv_bfloat16 x(0.0f);
    x.bits = bits;
    return x;
}

STAND_IN_SHUFFLES(__nv_bfloat16)
STAND_IN_SHUFFLES(__nv_bfloat162)
