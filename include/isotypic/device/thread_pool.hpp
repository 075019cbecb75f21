// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/executor.hpp>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

/// \file
/// An executor for programs that have no pool of their own. It allocates nothing after construction.
namespace isotypic {

/// Threads that sleep between steps. The caller works along, so `thread_pool pool(2)` starts one.
/// A task must not throw. `parallel_for` from within a task runs on the spot; from several threads at once it
/// runs one call after the other.
class thread_pool {
public:
    explicit thread_pool(index_t threads = index_t(std::thread::hardware_concurrency())) {
        for (index_t i = 1; i < threads; ++i) workers.emplace_back([this] { work(); });
    }
    thread_pool(thread_pool const&) = delete;
    thread_pool& operator=(thread_pool const&) = delete;
    ~thread_pool() {
        {
            std::lock_guard lock(mutex);
            stop = true;
        }
        wake.notify_all();
        for (auto& w : workers) w.join();
    }

    void parallel_for(index_t n, task_ref f) {
        if (inside() || n < 2 || workers.empty()) return serial{}.parallel_for(n, f);
        std::lock_guard one_at_a_time(turn);
        {
            std::lock_guard lock(mutex);
            task = &f, size = n, next = 0, busy = index_t(workers.size()), ++round;
        }
        wake.notify_all();
        drain(f, n);
        std::unique_lock lock(mutex);
        done.wait(lock, [this] { return busy == 0; });
    }
    index_t concurrency() const { return index_t(workers.size()) + 1; }

private:
    static bool& inside() {
        thread_local bool value = false;
        return value;
    }
    void drain(task_ref const& f, index_t n) {
        inside() = true;
        for (index_t i; (i = next.fetch_add(1)) < n;) f(i);
        inside() = false;
    }
    void work() {
        std::uint64_t seen = 0;
        for (;;) {
            task_ref const* f = nullptr;
            index_t n = 0;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, [&] { return stop || round != seen; });
                if (stop) return;
                seen = round, f = task, n = size;
            }
            drain(*f, n);
            std::lock_guard lock(mutex);
            if (--busy == 0) done.notify_one();
        }
    }

    std::mutex turn, mutex;
    std::condition_variable wake, done;
    std::atomic<index_t> next{0};
    task_ref const* task = nullptr;
    index_t size = 0, busy = 0;
    std::uint64_t round = 0;
    bool stop = false;
    std::vector<std::thread> workers;
};

}  // namespace isotypic
