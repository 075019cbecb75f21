// SPDX-License-Identifier: MIT
#pragma once
#include "storage.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <doctest/doctest.h>

/// \file
/// Shapes around every cut that the loops make, and the check that cuts and addresses leave no trace.
namespace isotypic {

struct shape {
    index_t rows, cols;
};
inline constexpr shape shapes[] = {{1, 1}, {3, 5}, {7, 1}, {1, 9}, {17, 129}, {67, 1031}, {1031, 67}, {40003, 3}, {3, 40003}, {600, 5}};

/// `run(device, rows, cols, order, shift)` returns the same bits for 1, 2, 3 and 7 threads and for memory that
/// begins 0 to 3 elements off a cache line.
template <class F>
void check_bits(F const& run) {
    thread_pool one(1), two(2), three(3), seven(7);
    for (order o : orders)
        for (shape s : shapes) {
            const index_t m = s.rows, n = s.cols;
            cpu serially;
            const auto reference = run(serially, m, n, o, 0);
            for (index_t shift : {1, 2, 3}) {
                INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o), ", shifted by ", shift);
                CHECK(same_bits(reference, run(serially, m, n, o, shift)));
            }
            for (thread_pool* pool : {&one, &two, &three, &seven}) {
                cpu d(*pool);
                INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o), ", ", pool->concurrency(), " threads");
                CHECK(same_bits(reference, run(d, m, n, o, pool->concurrency() % 2)));
            }
        }
}

}  // namespace isotypic
