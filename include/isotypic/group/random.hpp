// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <cmath>
#include <cstdint>

/// \file
/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), keyed by seed and
/// block, counted by step. The same key and counter give the same words on every platform and in any
/// order of calls; the maps to integers and to [0, 1) are ours and exact.
namespace isotypic {

/// A stream of its own for every (seed, block, step).
class random_stream {
public:
    explicit random_stream(std::uint64_t seed, std::uint64_t block = 0, std::uint32_t step = 0)
        : key0(std::uint32_t(seed)), key1(std::uint32_t(seed >> 32)), block0(std::uint32_t(block)),
          block1(std::uint32_t(block >> 32)), at(step) {}

    /// 32 random bits.
    std::uint32_t bits() {
        if (used == 4) refill();
        return word[used++];
    }
    /// A number in [0, 1) on a grid of 2^-53.
    double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return double(high << 26 | low) * 0x1p-53;
    }
    /// An index in [0, n), without bias.
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
    void refill() {
        std::uint32_t c[4] = {count++, at, block0, block1}, k0 = key0, k1 = key1;
        for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
            const std::uint64_t p = std::uint64_t(0xD2511F53u) * c[0], q = std::uint64_t(0xCD9E8D57u) * c[2];
            const std::uint32_t d[4] = {std::uint32_t(q >> 32) ^ c[1] ^ k0, std::uint32_t(q), std::uint32_t(p >> 32) ^ c[3] ^ k1, std::uint32_t(p)};
            for (int i = 0; i < 4; ++i) c[i] = d[i];
        }
        for (int i = 0; i < 4; ++i) word[i] = c[i];
        used = 0;
    }

    std::uint32_t key0, key1, block0, block1, at, count = 0, word[4] = {};
    int used = 4;
    double spare = 0;
    bool spare_left = false;
};

}  // namespace isotypic
