// SPDX-License-Identifier: MIT
// Rates at named steps.
#include <doctest/doctest.h>
#include <isotypic/model/schedule.hpp>

using namespace isotypic;
using doctest::Approx;

TEST_CASE("a number is the constant schedule, and any callable is a schedule") {
    CHECK(schedule(0.5f)(1) == 0.5);
    CHECK(schedule(2)(1000) == 2);
    CHECK(schedule()(7) == 0);
    const schedule odd = [](index_t t) { return t % 2 ? 1.0 : 0.0; };
    CHECK(odd(3) == 1);
    CHECK(odd(4) == 0);
    const schedule copy = odd;
    CHECK(copy(3) == 1);
    static_assert(!std::is_constructible_v<schedule, void (*)(index_t)>);
    static_assert(!std::is_constructible_v<schedule, char const*>);
}

TEST_CASE("linear: up in `warmup` steps, then straight to `last` at step `steps`, and there it stays") {
    const linear plain{.peak = 2, .steps = 100};
    CHECK(plain(1) == Approx(2 * 0.99));
    CHECK(plain(50) == Approx(1));
    CHECK(plain(100) == 0);
    CHECK(plain(500) == 0);
    const linear warm{.peak = 2, .steps = 110, .warmup = 10, .last = 1};
    CHECK(warm(1) == Approx(0.2));
    CHECK(warm(5) == Approx(1));
    CHECK(warm(10) == 2);
    CHECK(warm(60) == Approx(1.5));
    CHECK(warm(110) == 1);
    CHECK(warm(111) == 1);
}

TEST_CASE("cosine: half a cosine from `peak` to `last`") {
    const cosine c{.peak = 3, .steps = 120, .warmup = 20, .last = 1};
    CHECK(c(1) == Approx(0.15));
    CHECK(c(20) == 3);
    CHECK(c(70) == Approx(2));
    CHECK(c(45) == Approx(1 + 2 * (1 + std::sqrt(0.5)) / 2));
    CHECK(c(120) == Approx(1));
    CHECK(c(10000) == Approx(1));
}

TEST_CASE("warmup_stable_decay: constant until the final `decay` share") {
    const warmup_stable_decay w{.peak = 4, .steps = 1000, .warmup = 100};
    CHECK(w(1) == Approx(0.04));
    CHECK(w(100) == 4);
    CHECK(w(600) == 4);
    CHECK(w(601) == Approx(4 * 399. / 400));
    CHECK(w(800) == Approx(2));
    CHECK(w(1000) == 0);
    CHECK(w(2000) == 0);
    const warmup_stable_decay early{.peak = 1, .steps = 10, .decay = 0.9, .last = 0.5};
    CHECK(early(1) == 1);  // 10 (1 - 0.9) is a little below 1 in binary
    CHECK(early(10) == 0.5);
}
