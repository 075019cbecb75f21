// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu.hpp>
#include "allocations.hpp"
#include "device/shapes.hpp"
#include <Eigen/Core>
#include <isotypic/norm/spectral.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>

using namespace isotypic;

TEST_CASE("for_each_task runs each task once, on a device of its own") {
    thread_pool pool(3);
    cpu serially, d(pool);
    for (cpu* device : {&serially, &d})
        for (index_t n : {0, 1, 2, 50}) {
            std::vector<int> ran(std::size_t(n), 0);
            std::atomic<bool> clash{false};
            device->for_each_task(n, [&](index_t i, cpu& mine) {
                auto scope = mine.scratch().open();
                volatile float* x = mine.scratch().take<float>(100);
                for (int j = 0; j < 100; ++j) x[j] = float(i);
                for (int j = 0; j < 100; ++j) clash = clash || x[j] != float(i);
                ++ran[std::size_t(i)];
            });
            CHECK(!clash);
            CHECK(ran == std::vector<int>(std::size_t(n), 1));
        }
}

TEST_CASE("what a task throws is thrown when all have run, and the next tasks find their lanes free") {
    thread_pool pool(3);
    cpu d(pool);
    for (int round = 0; round < 5; ++round) {
        std::atomic<int> ran{0};
        const auto tasks = [&](index_t i, cpu&) {
            ++ran;
            if (i % 3 == 0) throw error("isotypic: a task");
        };
        CHECK_THROWS_WITH_AS(d.for_each_task(20, tasks), "isotypic: a task", error);
        CHECK(ran == 20);
    }
    std::atomic<int> ran{0};
    d.for_each_task(20, [&](index_t, cpu&) { ++ran; });
    CHECK(ran == 20);
}

TEST_CASE("a copy between pairs that share their first panel writes the second") {
    cpu d;
    storage<double> a(2, 3), b(2, 3), c(2, 3);
    a.fill(1), b.fill(2), c.fill(3);
    copy(d, blocks<double const>(joined(a.one(), b.one())), joined(a.one(), c.one()));
    CHECK(elements(c.one()) == elements(b.one()));
}

TEST_CASE("after the first step no lane allocates, whichever task it meets" * doctest::skip(!allocations_counted)) {
    for (index_t threads : {1, 2, 3, 7}) {
        thread_pool pool(threads);
        cpu d(pool);
        // Task 0 needs a thousand times what the others need; in the first step one lane alone meets it.
        auto step = [&](index_t big) {
            d.for_each_task(20, [&](index_t i, cpu& mine) {
                auto scope = mine.scratch().open();
                volatile double* x = mine.scratch().take<double>(i == big ? 100000 : 100);
                x[0] = mine.scratch().take<float>(i == big ? 1000 : 1)[0] = float(i);
            });
        };
        step(0);
        const auto before = allocations();
        for (index_t big = 0; big < 20; ++big) step(big);
        CHECK(allocations() == before);
    }
}

TEST_CASE_TEMPLATE("no primitive allocates after the first round" * doctest::skip(!allocations_counted), T, float, double) {
    thread_pool pool(3);
    cpu serially, threaded(pool);
    for (cpu* d : {&serially, &threaded})
        for (order o : orders) {
            storage<T> x(67, 130, o, 1, 3), y(67, 130, o, 0, 3), a(67, 67, o), tall(130, 67, o);
            x.fill(1), y.fill(2), tall.fill(3);
            std::vector<double> r(3 * 130), items(3);
            auto round = [&] {
                transform(*d, [](T const& u, T& v) { v = u + v / 2; }, x.all, y.all);
                row_sums(*d, [](T v) { return double(v); }, y.all, r.data());
                item_sums(*d, [](T u, T v) { return double(u) * double(v); }, items.data(), x.all, y.all);
                row_norms(*d, y.all, r.data());
                mean_row(*d, y.all, r.data());
                subtract_row(*d, r.data(), y.all, y.all);
                multiply<T>(*d, 1, x.one(), tall.one(), 0, a.one());
                multiply_symmetric<T>(*d, 1, x.one(), 0, a.one());
                frobenius(*d, y.all);
                spectral<>{}.steepest(*d, blocks<T const>(x.all), y.all);
                spectral<>{}.value(*d, a.all);
            };
            round();
            const auto before = allocations();
            round(), round(), round();
            CHECK(allocations() == before);
        }
}

TEST_CASE("the counter counts: malloc and its kin, new, and an Eigen temporary" * doctest::skip(!allocations_counted)) {
    auto counted = [](auto&& f) {
        const auto before = allocations();
        f();
        return allocations() - before;
    };
    void* volatile p = nullptr;
    CHECK(counted([] {}) == 0);
    CHECK(counted([&] { p = std::malloc(10); }) == 1);
    CHECK(counted([&] { p = std::realloc(p, 1000); }) == 1);
    std::free(p);
    CHECK(counted([&] { p = std::calloc(3, 5); }) == 1);
    std::free(p);
    CHECK(counted([&] { p = std::aligned_alloc(64, 128); }) == 1);
    std::free(p);
    int failed = 1;
    CHECK(counted([&] { void* q = nullptr; failed = posix_memalign(&q, 64, 128); p = q; }) == 1);
    CHECK(!failed);
    std::free(p);
    CHECK(counted([&] { p = ::operator new(10); }) == 1);
    ::operator delete(p);
    CHECK(counted([&] { p = ::operator new(10, std::align_val_t(64)); }) == 1);
    ::operator delete(p, std::align_val_t(64));

    Eigen::MatrixXf a = Eigen::MatrixXf::Random(40, 40), b = a;
    CHECK(counted([&] { b.noalias() = 2 * a; }) == 0);
    CHECK(counted([&] { b = a * a; }) > 0);  // the temporary that guards against aliasing
}

TEST_CASE_TEMPLATE("zeros_like: zeros in the shape and order of a block, as far off a cache line", T, float, double) {
    cpu d;
    for (order o : orders) {
        storage<float> like(5, 7, o, 1, 2);
        auto buffer = zeros_like<T>(d, like.all);
        REQUIRE(buffer.all().rows() == 5);
        REQUIRE(buffer.all().count == 2);
        CHECK((buffer.all().first.row_stride == 1) == (o == order::columns || o == order::strided));
        for (index_t k = 0; k < 2; ++k)
            for (T v : elements(buffer.all().panel(k))) CHECK(v == 0);
        auto off = [](auto const* p, std::size_t line) { return reinterpret_cast<std::uintptr_t>(p) % line; };
        CHECK(off(buffer.all().first.data, 64) == off(like.all.first.data, 64) / sizeof(T) * sizeof(T));
        T* const place = buffer.all().first.data;
        auto moved = std::move(buffer);
        CHECK(moved.all().first.data == place);
    }
}
