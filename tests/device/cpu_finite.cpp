// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_finite.hpp>
#include "../storage.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/thread_pool.hpp>

using namespace isotypic;

TEST_CASE_TEMPLATE("all_finite: one bad element anywhere, in every layout", T, float, double) {
    using limits = std::numeric_limits<T>;
    thread_pool pool(3);
    cpu alone, many{executor_ref(pool)};
    for (cpu* device : {&alone, &many})
        for (order o : orders) {
            storage<T> s(9, 11, o, 1, 2);
            s.fill(1);
            CHECK(all_finite(*device, s.all));
            for (index_t k = 0; k < 2; ++k)
                for (index_t i = 0; i < 9; ++i)
                    for (index_t j = 0; j < 11; ++j) {
                        T& v = s.all.panel(k)(i, j);
                        const T kept = v;
                        for (T bad : {limits::infinity(), -limits::infinity(), limits::quiet_NaN()}) {
                            v = bad;
                            CHECK_FALSE(all_finite(*device, s.all));
                        }
                        for (T fine : {limits::max(), limits::lowest(), limits::denorm_min(), T(0), T(-0.)}) {
                            v = fine;
                            CHECK(all_finite(*device, s.all));
                        }
                        v = kept;
                    }
        }
}

TEST_CASE("all_finite: what lies between the elements, and an empty block, do not count") {
    cpu device;
    std::vector<float> memory(24, std::numeric_limits<float>::quiet_NaN());
    const view<float> every_other(memory.data(), 3, 4, 8, 2);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 4; ++j) every_other(i, j) = 1;
    CHECK(all_finite(device, blocks<float const>(every_other)));
    CHECK_FALSE(all_finite(device, blocks<float const>(view<float const>(memory.data(), 3, 8))));
    CHECK(all_finite(device, blocks<float const>(view<float const>(memory.data(), 0, 8))));
}

TEST_CASE("all_finite: bands of a matrix larger than one task, by a pool") {
    thread_pool pool(3);
    cpu device{executor_ref(pool)};
    std::vector<float> memory(300 * 401, 1.f);
    for (auto m : {view<float>(memory.data(), 300, 401), column_major(memory.data(), 300, 401)}) {
        CHECK(all_finite(device, blocks<float>(m)));
        m(299, 400) = std::numeric_limits<float>::infinity();
        CHECK_FALSE(all_finite(device, blocks<float>(m)));
        m(299, 400) = 1;
    }
}
