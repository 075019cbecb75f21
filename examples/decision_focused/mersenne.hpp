// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace decision_focused {

/// The draws of numpy's `RandomState(seed)`, bit for bit, as far as the generators need them: the Mersenne Twister of Matsumoto and
/// Nishimura (1998).
class mersenne {
public:
    explicit mersenne(std::uint32_t seed) {
        for (std::uint32_t i = 0; i < size; ++i) state[i] = seed, seed = 1812433253u * (seed ^ seed >> 30) + i + 1;
    }

    std::uint32_t bits() {
        if (used == size) twist();
        std::uint32_t y = state[used++];
        y ^= y >> 11, y ^= y << 7 & 0x9d2c5680u, y ^= y << 15 & 0xefc60000u;
        return y ^ y >> 18;
    }
    /// In [0, 1).
    double uniform() {
        const std::uint32_t high = bits() >> 5, low = bits() >> 6;
        return (double(high) * 67108864 + double(low)) / 9007199254740992;
    }
    double uniform(double from, double to) { return from + (to - from) * uniform(); }
    /// A fair coin: binomial(1, 0.5).
    bool coin() { return uniform() > 0.5; }
    double normal() {
        if (spare_left) return spare_left = false, spare;
        double u, v, s;
        do {
            u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
        } while (s >= 1 || s == 0);
        const double r = std::sqrt(-2 * std::log(s) / s);
        spare_left = true, spare = r * u;
        return r * v;
    }
    /// 0, ..., most.
    std::uint32_t below_or_at(std::uint32_t most) {
        if (most == 0) return 0;
        std::uint32_t mask = most;
        for (int k = 1; k < 32; k *= 2) mask |= mask >> k;
        std::uint32_t x;
        do x = bits() & mask;
        while (x > most);
        return x;
    }
    std::vector<std::size_t> permutation(std::size_t n) {
        std::vector<std::size_t> all(n);
        std::iota(all.begin(), all.end(), std::size_t(0));
        for (std::size_t i = n; i-- > 1;) std::swap(all[i], all[below_or_at(std::uint32_t(i))]);
        return all;
    }

private:
    static constexpr std::uint32_t size = 624, middle = 397;
    std::array<std::uint32_t, size> state;
    std::uint32_t used = size;
    double spare = 0;
    bool spare_left = false;

    void twist() {
        for (std::uint32_t i = 0; i < size; ++i) {
            const std::uint32_t y = (state[i] & 0x80000000u) | (state[(i + 1) % size] & 0x7fffffffu);
            state[i] = state[(i + middle) % size] ^ y >> 1 ^ (y & 1u ? 0x9908b0dfu : 0u);
        }
        used = 0;
    }
};

}  // namespace decision_focused
