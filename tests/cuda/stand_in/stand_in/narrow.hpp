// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace stand_in {

// Sixteen bits, of which `mantissa` are the fraction; to nearest, ties to even.
template <int mantissa>
struct narrow {
    static constexpr int exponent = 15 - mantissa;
    static constexpr int bias = (1 << (exponent - 1)) - 1;

    static constexpr std::uint16_t from(double x) {
        auto const bits = std::bit_cast<std::uint64_t>(x);
        auto const sign = static_cast<std::uint64_t>(bits >> 63) << 15;
        std::uint64_t const size = bits & ~(std::uint64_t{1} << 63);
        std::uint64_t const infinity = ((std::uint64_t{1} << exponent) - 1) << mantissa;
        if (size > 0x7ff0000000000000u) return 0x7fff;
        int const e = static_cast<int>(size >> 52) - 1023;
        if (e > bias) return static_cast<std::uint16_t>(sign | infinity);
        if (e < -bias - mantissa) return static_cast<std::uint16_t>(sign);
        std::uint64_t const fraction = (size & 0xfffffffffffffu) | 0x10000000000000u;
        int const subnormal = e < 1 - bias ? 1 - bias - e : 0;
        int const drop = 52 - mantissa + subnormal;
        std::uint64_t kept = fraction >> drop;
        std::uint64_t const rest = fraction & ((std::uint64_t{1} << drop) - 1);
        std::uint64_t const half = std::uint64_t{1} << (drop - 1);
        if (rest > half || (rest == half && (kept & 1u) != 0)) ++kept;
        // A normal's leading one counts up the exponent below it; so does a carry.
        if (subnormal == 0) kept += static_cast<std::uint64_t>(e + bias - 1) << mantissa;
        return static_cast<std::uint16_t>(sign | kept);
    }

    static constexpr float to_float(std::uint16_t bits) {
        std::uint32_t const sign = static_cast<std::uint32_t>(bits >> 15) << 31;
        std::uint32_t const e = static_cast<std::uint32_t>(bits >> mantissa) & ((1u << exponent) - 1);
        std::uint32_t fraction = bits & ((1u << mantissa) - 1);
        if (e == (1u << exponent) - 1) return std::bit_cast<float>(sign | 0x7f800000u | fraction << (23 - mantissa));
        if constexpr (exponent == 8) return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
        std::uint32_t wide = e + 127 - static_cast<std::uint32_t>(bias);
        if (e == 0) {
            if (fraction == 0) return std::bit_cast<float>(sign);
            ++wide;
            for (; (fraction >> mantissa) == 0; fraction <<= 1) --wide;
            fraction &= (1u << mantissa) - 1;
        }
        return std::bit_cast<float>(sign | wide << 23 | fraction << (23 - mantissa));
    }
};

}  // namespace stand_in
