// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/thread_pool.hpp>
#include <training/run.hpp>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

/// f(i) for i < n on as many threads as asked for (0: one a processor), until one throws, which is thrown again, or Ctrl-C.
template <class F>
void on_threads(isotypic::index_t threads, isotypic::index_t n, F const& f) {
    isotypic::thread_pool pool(threads ? threads : isotypic::index_t(std::thread::hardware_concurrency()));
    std::exception_ptr failure;
    std::mutex one;
    std::atomic<bool> stop = false;
    auto part = [&](isotypic::index_t i) {
        if (interrupted || stop) return;
        try {
            f(i);
        } catch (...) {
            std::lock_guard lock(one);
            failure = std::current_exception(), stop = true;
        }
    };
    pool.parallel_for(n, part);
    if (failure) std::rethrow_exception(failure);
}
