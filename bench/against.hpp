// SPDX-License-Identifier: MIT
#pragma once
#include "smoke.hpp"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <vector>

/// \file
/// A piece of work timed in turn with a yardstick, so that a neighbour who slows the machine slows both.

inline double seconds_of(auto& f) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + std::ptrdiff_t(x.size() / 2), x.end());
    return x[x.size() / 2];
}

/// Each iteration runs the yardstick, then the work. Counters are medians: `unit` of the work and of the yardstick, both
/// in billions a second, and their ratio within an iteration.
void against(benchmark::State& state, std::string const& unit, double work_amount, auto work, double yardstick_amount, auto yardstick) {
    std::vector<double> speed, limit, ratio;
    work(), yardstick();
    for (auto _ : state) {
        const double y = seconds_of(yardstick), w = seconds_of(work);
        state.SetIterationTime(w);
        speed.push_back(work_amount / w / 1e9), limit.push_back(yardstick_amount / y / 1e9), ratio.push_back(speed.back() / limit.back());
    }
    state.counters["ms"] = work_amount / median(speed) / 1e6;
    state.counters[unit] = median(speed);
    state.counters["limit"] = median(limit);
    state.counters["ratio"] = median(ratio);
}

/// Registers f(state) with a fixed number of iterations.
void add(std::string const& name, int iterations, auto f) {
    benchmark::RegisterBenchmark(name.c_str(), f)->UseManualTime()->Iterations(smoke ? 1 : iterations)->Unit(benchmark::kMillisecond);
}
