// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <array>
#include <cmath>
#include <cstdint>

/// \file
/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), keyed by seed and
/// block, counted by step. The same key and counter give the same words on every platform and in any
/// order of calls; the maps to integers and to [0, 1) are ours and exact.
namespace isotypic {

/// Ten rounds of Philox4x32 on a counter.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round, key[0] += 0x9E3779B9u, key[1] += 0xBB67AE85u) {
        const std::uint64_t p = std::uint64_t(0xD2511F53u) * c[0], q = std::uint64_t(0xCD9E8D57u) * c[2];
        c = {std::uint32_t(q >> 32) ^ c[1] ^ key[0], std::uint32_t(q), std::uint32_t(p >> 32) ^ c[3] ^ key[1], std::uint32_t(p)};
    }
    return c;
}

/// A stream of its own for every (seed, block, step).
class random_stream {
public:
    explicit random_stream(std::uint64_t seed, std::uint64_t block = 0, std::uint32_t step = 0)
        : key{std::uint32_t(seed), std::uint32_t(seed >> 32)},
          counter{0, step, std::uint32_t(block), std::uint32_t(block >> 32)} {}

    /// 32 random bits.
    std::uint32_t bits() {
        if (used == 4) word = philox(counter, key), ++counter[0], used = 0;
        return word[used++];
    }
    /// A number in [0, 1) on a grid of 2^-53.
    double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return double(high << 26 | low) * 0x1p-53;
    }
    /// An index in [0, n), 0 < n < 2^32, without bias.
    index_t below(index_t n) {
        const std::uint64_t m = std::uint64_t(n);
        std::uint64_t wide = std::uint64_t(bits()) * m;
        while (std::uint32_t(wide) < (std::uint32_t(0) - std::uint32_t(m)) % std::uint32_t(m)) wide = std::uint64_t(bits()) * m;
        return index_t(wide >> 32);
    }
    /// A standard normal number (Marsaglia's polar method); rounds as the platform's log does.
    double normal() {
        if (spare_left) return spare_left = false, spare;
        double u, v, s;
        do {
            u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
        } while (s >= 1 || s == 0);
        const double r = std::sqrt(-2 * std::log(s) / s);
        spare_left = true, spare = v * r;
        return u * r;
    }

private:
    std::array<std::uint32_t, 2> key;
    std::array<std::uint32_t, 4> counter, word{};
    std::size_t used = 4;
    double spare = 0;
    bool spare_left = false;
};

}  // namespace isotypic
