// SPDX-License-Identifier: MIT
#include <isotypic/normalization/effective_rank.hpp>
#include <isotypic/group/orthogonal.hpp>
#include "storage.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("effective rank of a known spectrum, wide and tall") {
    cpu device;
    // Rows +-s_k e_k: the covariance is diagonal with s_k^2.
    const double s[4] = {1, 2, 0, 5};
    double entropy = 0;
    for (double v : s)
        if (v > 0) entropy -= v * v / 30 * std::log(v * v / 30);
    for (index_t d : {4, 20}) {
        storage<double> x(8, d);
        for (index_t i = 0; i < 8; ++i)
            for (index_t j = 0; j < d; ++j) x.one()(i, j) = 7 + (i / 2 == j ? (i % 2 ? -1 : 1) * s[j] : 0);
        CHECK(effective_rank(device, x.one()) == doctest::Approx(std::exp(entropy)).epsilon(1e-12));
    }
}

TEST_CASE("effective rank: 1 on a line, the number of directions when even, 0 when collapsed") {
    cpu device;
    storage<double> x(9, 3);
    for (index_t i = 0; i < 9; ++i)
        for (index_t j = 0; j < 3; ++j) x.one()(i, j) = 0.1 + double(i) * double(j + 1);
    CHECK(effective_rank(device, x.one()) == doctest::Approx(1).epsilon(1e-12));
    for (index_t i = 0; i < 9; ++i)
        for (index_t j = 0; j < 3; ++j) x.one()(i, j) = 0.1 * double(j + 1);
    CHECK(effective_rank(device, x.one()) == 0);
    for (index_t i = 0; i < 9; ++i)
        for (index_t j = 0; j < 3; ++j) x.one()(i, j) = 0;
    CHECK(effective_rank(device, x.one()) == 0);
    storage<double> cube(8, 3);
    for (index_t i = 0; i < 8; ++i)
        for (index_t j = 0; j < 3; ++j) cube.one()(i, j) = double(i >> j & 1);
    CHECK(effective_rank(device, cube.one()) == doctest::Approx(3).epsilon(1e-12));
}

TEST_CASE("of rows that are equal but for noise, the rank of the noise, however many they are") {
    cpu device;
    storage<double> cube(4096, 4);
    for (index_t i = 0; i < 4096; ++i)
        for (index_t j = 0; j < 4; ++j) cube.one()(i, j) = 0.1 * double(j + 1) + (j < 3 ? 1e-12 * double(i >> j & 1) : 0);
    CHECK(effective_rank(device, cube.one()) == doctest::Approx(3).epsilon(1e-6));
}

TEST_CASE("moving, scaling and rotating the rows changes nothing; stretching one feature does") {
    cpu device;
    for (index_t n : {5, 40}) {
        storage<double> x(n, 8), q(8, 8), y(n, 8);
        x.fill(1);
        random_stream random(seed(), 2);
        orthogonal::sample(q.one(), random);
        multiply<double>(device, 1e-150, view<double const>(x.one()), view<double const>(q.one()), 0, y.one());
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < 8; ++j) y.one()(i, j) += 2e-150;
        INFO("seed ", seed());
        const double rank = effective_rank(device, x.one());
        CHECK(effective_rank(device, y.one()) == doctest::Approx(rank).epsilon(1e-11));
        CHECK(rank > 1);
        CHECK(rank < double((std::min)(n - 1, index_t{8})) + 1e-12);
        for (index_t i = 0; i < n; ++i) x.one()(i, 3) *= 30;
        CHECK(effective_rank(device, x.one()) < 0.9 * rank);
    }
    storage<float> f(6, 4, order::strided);
    f.fill(1);
    storage<double> wide(6, 4);
    for (index_t i = 0; i < 6; ++i)
        for (index_t j = 0; j < 4; ++j) wide.one()(i, j) = double(f.one()(i, j));
    CHECK(effective_rank(device, f.one()) == effective_rank(device, wide.one()));
}

TEST_CASE("what effective rank refuses") {
    cpu device;
    storage<double> x(3, 4);
    x.fill(1);
    CHECK_THROWS_WITH_AS(effective_rank(device, x.one().part(0, 0, 0, 4)), "isotypic: effective rank: the input is 0 x 4", error);
    x.one()(1, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(effective_rank(device, x.one()), "isotypic: effective rank: the input is not finite at (1, 1)", error);
}
