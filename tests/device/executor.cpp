// SPDX-License-Identifier: MIT
#include <isotypic/device/executor.hpp>
#include <doctest/doctest.h>
#include <vector>

using namespace isotypic;

namespace {

/// A user's executor: backwards, to show that order does not matter.
struct backwards {
    void parallel_for(index_t n, task_ref f) {
        while (n-- > 0) f(n);
    }
    index_t concurrency() const { return 5; }
};

}  // namespace

TEST_CASE("the default runs every task once, in order") {
    std::vector<index_t> seen;
    executor_ref e;
    e.parallel_for(4, [&](index_t i) { seen.push_back(i); });
    e.parallel_for(0, [&](index_t) { FAIL("no task to run"); });
    CHECK(seen == std::vector<index_t>{0, 1, 2, 3});
    CHECK(e.concurrency() == 1);
}

TEST_CASE("an executor is anything with parallel_for and concurrency") {
    backwards mine;
    executor_ref e(mine), copy(e);
    std::vector<index_t> seen;
    copy.parallel_for(3, [&](index_t i) { seen.push_back(i); });
    CHECK(seen == std::vector<index_t>{2, 1, 0});
    CHECK(copy.concurrency() == 5);
    static_assert(!std::is_constructible_v<executor_ref, backwards>);  // a temporary would dangle
}

TEST_CASE("a task is held by reference, const or not") {
    int calls = 0;
    auto count = [&calls](index_t i) mutable { calls += int(i); };
    auto const read = [&calls](index_t i) { calls += int(i); };
    const task_ref a(count), b(read);
    a(2), b(3);
    CHECK(calls == 5);
}
