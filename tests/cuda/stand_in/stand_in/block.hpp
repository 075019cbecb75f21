// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "die.hpp"
#include "fiber.hpp"
#include "order.hpp"
#include "vectors.hpp"

inline constexpr int warpSize = 32;
inline uint3 threadIdx{}, blockIdx{};
inline dim3 blockDim{}, gridDim{};

namespace stand_in {

enum class state : unsigned char { ready, at_block, at_warp, done };
enum class meeting : unsigned char { sync, all_of, any_of, count, shuffle, ballot };

struct thread {
    std::unique_ptr<fiber> stack;  // from its first turn to its end
    uint3 index{};
    state is = state::ready;
    meeting what = meeting::sync;
    unsigned mask = 0;
    unsigned source = 0;      // the lane whose value a shuffle takes
    std::uint64_t value = 0;  // given to a meeting; after it, its result
};

// The block that runs.
class block {
public:
    static constexpr unsigned most = 1024;
    static constexpr unsigned lanes = 32;

    // Each thread runs body(), a kernel bound to its arguments.
    template <class Body>
    static void run(Body const& body, uint3 at, unsigned count, std::uint64_t stream) {
        body_ = [](void const* b) { (*static_cast<Body const*>(b))(); };
        bound_ = &body;
        blockIdx = at;
        order turns(stream);
        unsigned i = 0;
        for (unsigned z = 0; z < blockDim.z; ++z)
            for (unsigned y = 0; y < blockDim.y; ++y)
                for (unsigned x = 0; x < blockDim.x; ++x, ++i) {
                    thread& t = threads_[i];
                    t.index = {x, y, z};
                    t.is = state::ready;
                }
        unsigned warps[most / lanes];
        unsigned const warp_count = (count + lanes - 1) / lanes;
        do {
            for (unsigned w = 0; w < warp_count; ++w) warps[w] = w;
            turns.shuffle(warps, warp_count);
            for (unsigned w = 0; w < warp_count; ++w) run_warp(warps[w] * lanes, count < (warps[w] + 1) * lanes ? count : (warps[w] + 1) * lanes, turns);
        } while (pass_barrier(count));
        running_ = nullptr;
    }

    // Called by a thread: wait for the others, then give what was made of everyone's value.
    static std::uint64_t meet(state where, meeting what, unsigned mask, std::uint64_t value, unsigned source = 0) {
        thread& t = self();
        t.what = what;
        t.mask = mask;
        t.value = value;
        t.source = source;
        t.is = where;
        fiber::suspend();
        return t.value;
    }

    static unsigned lane() { return static_cast<unsigned>(&self() - threads_.data()) % lanes; }

private:
    static thread& self() {
        if (!running_) die("a barrier, a shuffle or a vote was called outside a kernel");
        return *running_;
    }

    // A thread that ends without having waited costs no change of stacks: the next one that has not begun has its stack.
    static void run_body() {
        for (;;) {
            body_(bound_);
            thread& ended = *running_;
            ended.is = state::done;
            if (turn_ == turns_ || threads_[ready_[turn_]].stack) {
                idle_.push_back(std::move(ended.stack));
                return fiber::suspend();
            }
            begin_turn().stack = std::move(ended.stack);
        }
    }
    static thread& begin_turn() {
        running_ = &threads_[ready_[turn_++]];
        threadIdx = running_->index;
        return *running_;
    }
    static std::unique_ptr<fiber> idle_stack() {
        if (idle_.empty()) return std::make_unique<fiber>(&run_body);
        auto one = std::move(idle_.back());
        idle_.pop_back();
        return one;
    }

    // Until every lane is done or at the barrier of the block.
    static void run_warp(unsigned first, unsigned end, order& turns) {
        for (;;) {
            turns_ = turn_ = 0;
            for (unsigned i = first; i < end; ++i)
                if (threads_[i].is == state::ready) ready_[turns_++] = i;
            if (turns_ == 0 && !pass_meetings(first, end)) return;
            turns.shuffle(ready_, turns_);
            while (turn_ != turns_) {
                thread& t = begin_turn();
                if (!t.stack) t.stack = idle_stack();
                t.stack->resume();
            }
        }
    }

    // Lets every group of lanes go on whose lanes have all come.
    static bool pass_meetings(unsigned first, unsigned end) {
        bool passed = false;
        thread const* stuck = nullptr;
        for (unsigned i = first; i < end; ++i) {
            thread const& t = threads_[i];
            if (t.is != state::at_warp) continue;
            unsigned here = 0;
            bool complete = true;
            for (unsigned j = first; j < end; ++j) {
                thread const& other = threads_[j];
                if (!(t.mask >> (j - first) & 1u) || other.is == state::done) continue;
                complete = complete && other.is == state::at_warp && other.what == t.what && other.mask == t.mask;
                here |= 1u << (j - first);
            }
            if (complete) {
                exchange(first, here);
                passed = true;
            } else if (!stuck) {
                stuck = &t;
            }
        }
        if (!passed && stuck)
            die("thread (%u, %u, %u) of block (%u, %u, %u) waits in a warp operation with mask 0x%08x for lanes that do not come",
                stuck->index.x, stuck->index.y, stuck->index.z, blockIdx.x, blockIdx.y, blockIdx.z, stuck->mask);
        return passed;
    }

    static void exchange(unsigned first, unsigned here) {
        std::array<std::uint64_t, lanes> given{};
        unsigned votes = 0;
        for (unsigned j = 0; j < lanes; ++j) {
            given[j] = ~std::uint64_t{0};  // a lane that is not here gives no value: NaN
            if (!(here >> j & 1u)) continue;
            given[j] = threads_[first + j].value;
            if (given[j] != 0) votes |= 1u << j;
        }
        for (unsigned j = 0; j < lanes; ++j) {
            if (!(here >> j & 1u)) continue;
            thread& t = threads_[first + j];
            t.value = t.what == meeting::shuffle ? given[t.source] : votes;
            t.is = state::ready;
        }
    }

    // False once all threads are done. A thread that is done counts as arrived.
    static bool pass_barrier(unsigned count) {
        thread const* one = nullptr;
        std::uint64_t arrived = 0;
        std::uint64_t votes = 0;
        for (unsigned i = 0; i < count; ++i) {
            thread const& t = threads_[i];
            if (t.is == state::done) continue;
            if (one && one->what != t.what)
                die("threads (%u, %u, %u) and (%u, %u, %u) of block (%u, %u, %u) wait at different barriers", one->index.x, one->index.y,
                    one->index.z, t.index.x, t.index.y, t.index.z, blockIdx.x, blockIdx.y, blockIdx.z);
            one = &t;
            ++arrived;
            votes += t.value != 0;
        }
        if (!one) return false;
        std::uint64_t const result = one->what == meeting::all_of ? votes == arrived : one->what == meeting::any_of ? votes != 0 : votes;
        for (unsigned i = 0; i < count; ++i) {
            thread& t = threads_[i];
            if (t.is == state::done) continue;
            t.value = result;
            t.is = state::ready;
        }
        return true;
    }

    inline static std::array<thread, most> threads_{};
    inline static std::vector<std::unique_ptr<fiber>> idle_;
    inline static thread* running_ = nullptr;
    inline static unsigned ready_[lanes];  // the lanes of the warp that have a turn,
    inline static unsigned turns_ = 0;     // how many,
    inline static unsigned turn_ = 0;      // and the next of them
    inline static void (*body_)(void const*) = nullptr;
    inline static void const* bound_ = nullptr;
};

}  // namespace stand_in
