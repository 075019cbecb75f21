// SPDX-License-Identifier: MIT
#include <isotypic/device/workspace.hpp>
#include "allocations.hpp"
#include <cstdint>
#include <doctest/doctest.h>
#include <set>

using namespace isotypic;

TEST_CASE("arrays are aligned and apart, and end with their scope") {
    workspace w;
    for (int round = 0; round < 3; ++round) {
        auto outer = w.open();
        char* a = w.take<char>(1);
        double *b = nullptr, *c = nullptr;
        {
            auto inner = w.open();
            b = w.take<double>(100);
        }
        {
            auto inner = w.open();
            c = w.take<double>(100);
            for (int i = 0; i < 100; ++i) c[i] = i;
            *a = 7;
        }
        CHECK(*a == 7);
        CHECK(reinterpret_cast<std::uintptr_t>(c) % 64 == 0);
        if (round) CHECK(b == c);  // the second inner scope has the first one's place
    }
    CHECK(w.need() == 64 + 832);
}

TEST_CASE("nothing is allocated once the need is known" * doctest::skip(!allocations_counted)) {
    workspace w;
    auto work = [&](index_t n) {
        auto outer = w.open();
        w.take<float>(n);
        auto inner = w.open();
        w.take<double>(3 * n);
        w.take<double>(0);
    };
    work(1000);
    const auto before = allocations();
    for (index_t n : {1000, 10, 999, 1000}) work(n);
    CHECK(allocations() == before);
    work(1001);
    CHECK(allocations() > before);

    workspace reserved;
    reserved.reserve(w.need());
    const auto then = allocations();
    {
        auto scope = reserved.open();
        reserved.take<std::byte>(index_t(w.need()));
    }
    CHECK(allocations() == then);
}

namespace {

/// Memory that has room for `left` more arrays, and that something else remembers.
struct scarce {
    struct owner_delete {
        void operator()(std::byte* p) const { --alive, delete[] p; }
    };
    using owner = std::unique_ptr<std::byte[], owner_delete>;
    static constexpr std::size_t alignment = 64;
    static constexpr bool remembered = true;
    static inline int left = 0, alive = 0;
    static owner allocate(std::size_t n) {
        if (!left--) throw std::bad_alloc();
        return ++alive, owner(new std::byte[n]);
    }
};

}  // namespace

TEST_CASE("where there is no memory whoever asks is told, and may ask again") {
    basic_workspace<scarce> w;
    auto work = [&](index_t n) {
        auto scope = w.open();
        *w.take<int>(n) = 1;
    };
    scarce::left = 0;
    CHECK_THROWS_AS(work(10), std::bad_alloc);
    CHECK(w.need() == 0);
    scarce::left = 1;  // for the piece, not for what is to take its place
    work(10);
    scarce::left = 2;
    work(10), work(10);
    CHECK(scarce::left == 0);
}

TEST_CASE("memory that is remembered elsewhere stays when it is outgrown") {
    basic_workspace<scarce> w;
    scarce::left = 10, scarce::alive = 0;
    for (index_t n : {100, 200}) {
        auto scope = w.open();
        w.take<int>(n);
    }
    CHECK(scarce::alive == 2);
}
