// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace stand_in {

// The order of blocks, of the warps of a block and of the lanes of a warp follows from this seed alone; 0: the order of their indices.
inline std::uint64_t order_seed = 1;

class order {
public:
    explicit order(std::uint64_t stream) : state_(order_seed * 0x9e3779b97f4a7c15u ^ (stream + 1) * 0xd1b54a32d192ed03u), fixed_(order_seed == 0) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    void shuffle(unsigned* items, unsigned count) {
        if (fixed_) return;
        for (unsigned i = count; i > 1; --i) std::swap(items[i - 1], items[(next() >> 32) * i >> 32]);
    }

    // i -> (step * i + start) mod count: an order of any number of blocks that needs no memory.
    struct walk {
        std::uint64_t step, at, count;
        std::uint64_t next() {
            std::uint64_t const now = at;
            at = (at + step) % count;
            return now;
        }
    };
    walk all_of(std::uint64_t count) {
        if (fixed_ || count < 2) return {1, 0, count};
        std::uint64_t step = next() % count;
        while (std::gcd(step, count) != 1) step = (step + 1) % count;
        return {step, next() % count, count};
    }

private:
    std::uint64_t state_;
    bool fixed_;
};

}  // namespace stand_in
