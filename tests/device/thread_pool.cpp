// SPDX-License-Identifier: MIT
#include <isotypic/device/thread_pool.hpp>
#include "allocations.hpp"
#include <doctest/doctest.h>
#include <numeric>

using namespace isotypic;

TEST_CASE("every task runs exactly once, thousands of times over") {
    for (index_t threads : {1, 2, 3, 7}) {
        thread_pool pool(threads);
        CHECK(pool.concurrency() == threads);
        std::vector<int> ran(9);  // plain ints: a task run twice, or still running after return, is a data race
        for (int round = 1; round <= 2000; ++round) {
            const index_t n = round % 10;
            std::fill(ran.begin(), ran.end(), 0);
            pool.parallel_for(n, [&](index_t i) { ++ran[std::size_t(i)]; });
            REQUIRE(std::accumulate(ran.begin(), ran.end(), 0) == n);
        }
    }
}

TEST_CASE("parallel_for within a task runs on the spot") {
    thread_pool pool(3), other(2);
    for (int round = 0; round < 300; ++round) {
        std::atomic<int> inner{0};
        pool.parallel_for(4, [&](index_t) {
            int here = 0;
            pool.parallel_for(5, [&](index_t) { ++here; });
            other.parallel_for(5, [&](index_t) { ++here; });
            inner += here;
        });
        REQUIRE(inner == 40);
    }
}

TEST_CASE("threads that share a pool take turns") {
    thread_pool pool(3);
    std::atomic<long> sum{0};
    auto work = [&] {
        for (int round = 0; round < 500; ++round) pool.parallel_for(8, [&](index_t i) { sum += i; });
    };
    std::thread a(work), b(work);
    work();
    a.join(), b.join();
    CHECK(sum == 3 * 500 * 28);
}

TEST_CASE("a pool allocates nothing after construction" * doctest::skip(!allocations_counted)) {
    thread_pool pool(3);
    const auto before = allocations();
    std::atomic<int> sum{0};
    for (int round = 0; round < 100; ++round) pool.parallel_for(7, [&](index_t) { ++sum; });
    CHECK(allocations() == before);
    CHECK(sum == 700);
}

TEST_CASE("a pool of no threads is the caller alone") {
    for (index_t threads : {-1, 0, 1}) {
        thread_pool pool(threads);
        CHECK(pool.concurrency() == 1);
        int calls = 0;
        pool.parallel_for(3, [&](index_t) { ++calls; });
        CHECK(calls == 3);
    }
}
