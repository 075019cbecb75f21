// SPDX-License-Identifier: MIT
#include <isotypic/group/random.hpp>
#include <doctest/doctest.h>
#include <vector>

using namespace isotypic;

TEST_CASE("philox gives the words that Random123 publishes (kat_vectors, philox4x32 10)") {
    using words = std::array<std::uint32_t, 4>;
    static_assert(philox({}, {}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    constexpr std::uint32_t ones = 0xffffffff;
    static_assert(philox({ones, ones, ones, ones}, {ones, ones}) == words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
                  words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
    random_stream r(0);
    for (std::uint32_t w : {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}) CHECK(r.bits() == w);
}

TEST_CASE("a stream is keyed by the seed and counted by step and block") {
    const std::uint64_t s = 0x299f31d0a4093822, block = 0x0370734413198a2e;
    random_stream r(s, block, 0x85a308d3);
    const auto first = philox({0, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    const auto second = philox({1, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    for (std::uint32_t w : first) CHECK(r.bits() == w);
    for (std::uint32_t w : second) CHECK(r.bits() == w);
}

TEST_CASE("the first draws are the same on every platform") {
    // 0x6627e8d5, 0xe169c58d: 27 and 26 upper bits, so ((0x6627e8d5 >> 5) 2^26 + (0xe169c58d >> 6)) / 2^53.
    CHECK(random_stream(0).uniform() == double((0x6627e8d5ull >> 5) << 26 | 0xe169c58dull >> 6) / 9007199254740992.);
    // floor(0x6627e8d5 * 10 / 2^32), then the next words.
    random_stream r(0);
    for (index_t i : {3, 8, 7, 6}) CHECK(r.below(10) == i);
    // The polar method on the first pair of uniforms within the unit disc.
    random_stream draws(0), uniforms(0);
    double u = 0, v = 0, s = 0;
    do {
        u = 2 * uniforms.uniform() - 1, v = 2 * uniforms.uniform() - 1, s = u * u + v * v;
    } while (s >= 1);
    CHECK(draws.normal() == doctest::Approx(u * std::sqrt(-2 * std::log(s) / s)).epsilon(1e-15));
    CHECK(draws.normal() == doctest::Approx(v * std::sqrt(-2 * std::log(s) / s)).epsilon(1e-15));
}

TEST_CASE("uniform, below and normal have their moments") {
    random_stream r(1);
    const int n = 200000;
    double sum = 0, square = 0, least = 1, most = 0, z = 0, z2 = 0, z3 = 0, z4 = 0;
    std::vector<int> bins(7);
    for (int i = 0; i < n; ++i) {
        const double x = r.uniform(), g = r.normal();
        sum += x, square += x * x, least = std::min(least, x), most = std::max(most, x);
        z += g, z2 += g * g, z3 += g * g * g, z4 += g * g * g * g;
        ++bins[std::size_t(r.below(7))];
    }
    const double five = 5 / std::sqrt(double(n));  // five standard errors of a variable of variance 1
    CHECK(std::abs(sum / n - 0.5) < five * 0.289);
    CHECK(std::abs(square / n - 1 / 3.) < five * 0.299);
    CHECK(least >= 0);
    CHECK(most < 1);
    CHECK(std::abs(z / n) < five);
    CHECK(std::abs(z2 / n - 1) < five * 1.42);
    CHECK(std::abs(z3 / n) < five * 3.9);
    CHECK(std::abs(z4 / n - 3) < five * 9.8);
    for (int b : bins) CHECK(std::abs(b / double(n) - 1 / 7.) < five * 0.35);
}

TEST_CASE("below covers its range to the ends") {
    random_stream r(2);
    CHECK(r.below(1) == 0);
    bool low = false, high = false;
    for (int i = 0; i < 200; ++i) {
        const index_t k = r.below(3);
        CHECK((k >= 0 && k < 3));
        low = low || k == 0, high = high || k == 2;
    }
    CHECK((low && high));
    const index_t most = (index_t(1) << 32) - 1;
    for (int i = 0; i < 100; ++i) CHECK((r.below(most) >= 0 && r.below(most) < most));
}
