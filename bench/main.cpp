// SPDX-License-Identifier: MIT
#include "smoke.hpp"
#include <benchmark/benchmark.h>
#include <vector>

/// Google Benchmark's main with two additions: the report names compiler and flags, and a smoke run is as short as
/// can be.
int main(int count, char** values) {
    std::vector<char*> arguments(values, values + count);
    char shortest[] = "--benchmark_min_time=0.000001";
    if (smoke) arguments.push_back(shortest);
    count = int(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    benchmark::AddCustomContext("built with", BENCH_BUILT_WITH);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
