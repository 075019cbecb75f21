// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/executor.hpp>
#include <isotypic/device/workspace.hpp>
#include <isotypic/matrix/layout.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

/// \file
/// The CPU as a device: the handle, and the primitives that everything else is written in.
///
/// A primitive is a free function whose first argument is the device; another device brings functions
/// of the same names, found through its type. Sums run in double over fixed lanes and fixed chunks:
/// their bits depend on the shape and layout alone, not on addresses or threads.
namespace isotypic {

/// Executor and scratch memory. Moves, does not copy; one step at a time uses it.
class cpu {
public:
    using space = host;
    /// A number of the step, such as the rate.
    template <class T>
    using number = T;

    cpu() = default;
    /// Runs independent work on `e`, which must outlive the device.
    explicit cpu(executor_ref e) : executor(e) {}

    workspace& scratch() { return *memory; }
    executor_ref const& threads() const { return executor; }

    /// Where a step begins and ends, what number it is, and the number at a place of the step's, such as a role's rate: a device that does
    /// not wait keeps them in its own memory, and may note a step down instead of taking it.
    struct step_scope {
        void close() {}
    };
    step_scope open_step() { return {}; }
    static constexpr bool capturing() { return false; }
    index_t count_step(index_t t) { return t; }
    void continue_at(index_t) {}
    double keep(index_t, double v) { return v; }

    /// f(i, device) for i < n, each on a device of its own that runs serially: for whole matrices. What one of them throws is thrown when
    /// all have run.
    template <class F>
    void for_each_task(index_t n, F const& f);

private:
    struct lane;
    executor_ref executor;
    std::unique_ptr<workspace> memory = std::make_unique<workspace>();
    std::vector<std::unique_ptr<lane>> lanes;
};

struct cpu::lane {
    std::atomic_flag taken = ATOMIC_FLAG_INIT;
    cpu device;
};

template <class F>
void cpu::for_each_task(index_t n, F const& f) {
    if (n < 2 || executor.concurrency() < 2) {
        for (index_t i = 0; i < n; ++i) f(i, *this);
        return;
    }
    while (index_t(lanes.size()) < executor.concurrency()) lanes.push_back(std::make_unique<lane>());
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
    std::exception_ptr first;
    executor.parallel_for(n, [&](index_t i) {
        std::size_t k = 0;
        while (lanes[k]->taken.test_and_set(std::memory_order_acquire)) k = (k + 1) % lanes.size();
        try {
            f(i, lanes[k]->device);
        } catch (...) {
            if (!failed.test_and_set()) first = std::current_exception();
        }
        lanes[k]->taken.clear(std::memory_order_release);
    });
    if (first) std::rethrow_exception(first);
    std::size_t most = 0;
    for (auto& l : lanes) most = (std::max)(most, l->device.scratch().need());
    for (auto& l : lanes) l->device.scratch().reserve(most);
}

/// A dense block that owns its memory, which begins as far off a cache line as its model does, so that lines of both
/// begin together.
template <class T>
class cpu_buffer {
public:
    cpu_buffer() = default;
    template <class U>
    explicit cpu_buffer(blocks<U> const& like)
        : memory(detail::allocate_bytes(sizeof(T) * std::size_t(like.size()) + 64)),
          held(dense_like(reinterpret_cast<T*>(memory.get() + offset(like) / sizeof(T) * sizeof(T)), like)) {
        std::fill_n(held.first.data, like.size(), T(0));
    }
    blocks<T> const& all() const { return held; }

private:
    template <class U>
    static std::size_t offset(blocks<U> const& like) {
        return reinterpret_cast<std::uintptr_t>(like.first.data) % 64;
    }
    detail::aligned_bytes memory;
    blocks<T> held;
};

/// Zeros of T in the shape and layout of `like`.
template <class T, class U>
cpu_buffer<T> zeros_like(cpu&, blocks<U> const& like) {
    return cpu_buffer<T>(like);
}

template <>
struct device_for<host> {
    using type = cpu;
};

}  // namespace isotypic
