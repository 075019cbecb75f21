// SPDX-License-Identifier: MIT
#include <isotypic/critic/weighted_sum.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "allocations.hpp"
#include "storage.hpp"
#include <doctest/doctest.h>
using namespace isotypic;

namespace {
std::vector<double> normal(index_t n) {
    random_stream random(seed(), 99);
    std::vector<double> w(static_cast<std::size_t>(n));
    for (double& x : w) x = random.normal();
    return w;
}
}  // namespace

TEST_CASE_TEMPLATE("the sum is that of plain loops in double, in every layout of gradients and result", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    cpu device;
    for (order o : orders)
        for (order to : orders)
            for (index_t tasks : {1, 2, 3, 4, 7, 8, 17, 50})
                for (index_t p : {0, 1, 5, 2047, 2048, 2049, 5000}) {
                    storage<T> g(tasks, p, o), row(1, p, to), column(p, 1, to);
                    g.fill(std::uint64_t(p)), row.fill(1), column.fill(2);
                    const std::vector<double> w = normal(tasks);
                    weighted_sum<T>(device, w, g.one(), row.one());
                    weighted_sum<T>(device, w, g.one(), column.one());
                    double worst = 0;
                    for (index_t j = 0; j < p; ++j) {
                        long double sum = 0, size = 0;
                        for (index_t k = 0; k < tasks; ++k) {
                            const long double part = static_cast<long double>(w[std::size_t(k)]) * static_cast<long double>(g.one()(k, j));
                            sum += part, size += std::abs(part);
                        }
                        const double exact = double(sum), last = double(std::numeric_limits<T>::epsilon());
                        const double allowed = 8 * double(size) * std::numeric_limits<double>::epsilon() + std::abs(exact) * last;
                        worst = std::fmax(worst, std::abs(double(row.one()(0, j)) - exact) - allowed);
                        worst = std::fmax(worst, std::abs(double(column.one()(j, 0)) - exact) - allowed);
                    }
                    CHECK(worst <= 0);
                }
}

TEST_CASE_TEMPLATE("1, 2, 3 and 7 threads and shifted memory have the same bits, and nothing is allocated", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    const std::vector<double> w = normal(5);
    for (order o : orders) {
        storage<T> g(5, 60000, o), d(1, 60000);
        g.fill(1);
        cpu alone;
        weighted_sum<T>(alone, w, g.one(), d.one());
        for (index_t threads : {1, 2, 3, 7}) {
            thread_pool pool(threads);
            cpu device(pool);
            storage<T> other(5, 60000, o, threads), to(1, 60000, order::rows, threads);
            other.fill(1);
            weighted_sum<T>(device, w, other.one(), to.one());
            CHECK(same_bits(elements(d.one()), elements(to.one())));
            const std::size_t before = allocations();
            weighted_sum<T>(device, w, other.one(), to.one());
            CHECK(allocations() == before);
        }
    }
}

TEST_CASE("wrong shapes and shared memory are refused before anything is written") {
    cpu device;
    storage<double> g(3, 10), d(1, 10), square(5, 2), more(1, 11);
    g.fill(1), d.fill(2);
    const std::vector<double> before = elements(d.one()), of_g = elements(g.one());
    const std::vector<double> w{1, 2, 3}, two{1, 2};
    CHECK_THROWS_WITH(weighted_sum<double>(device, two, g.one(), d.one()), "isotypic: 2 weights and gradients of 3 x 10 for a sum of 1 x 10");
    CHECK_THROWS_WITH(weighted_sum<double>(device, w, g.one(), square.one()), "isotypic: 3 weights and gradients of 3 x 10 for a sum of 5 x 2");
    CHECK_THROWS(weighted_sum<double>(device, w, g.one(), more.one()));
    CHECK_THROWS_WITH(weighted_sum<double>(device, w, g.one(), g.one().part(1, 0, 1, 10)), "isotypic: the weighted sum lies in the memory of its gradients");
    CHECK(same_bits(elements(d.one()), before));
    CHECK(same_bits(elements(g.one()), of_g));
}
