// SPDX-License-Identifier: MIT
#include <isotypic/normalization/alignment.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "allocations.hpp"
#include "storage.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("alignment is the mean power of the distances, in any layout") {
    cpu device;
    for (order o : orders)
        for (double a : {1.0, 1.5, 2.0, 4.0}) {
            storage<double> x(9, 5, o), y(9, 5, order::rows);
            x.fill(1), y.fill(2);
            double sum = 0;
            for (index_t i = 0; i < 9; ++i) {
                double square = 0;
                for (index_t j = 0; j < 5; ++j) square += (x.one()(i, j) - y.one()(i, j)) * (x.one()(i, j) - y.one()(i, j));
                sum += std::pow(square, a / 2);
            }
            INFO("seed ", seed());
            CHECK(alignment(device, x.one(), y.one(), a) == doctest::Approx(sum / 9).epsilon(1e-14));
            CHECK(alignment(device, y.one(), x.one(), a) == doctest::Approx(sum / 9).epsilon(1e-14));
            if (a == 2) CHECK(alignment(device, x.one(), y.one()) == alignment(device, x.one(), y.one(), 2));
        }
}

TEST_CASE("the gradient of alignment agrees with differences, in y by its negative, and vanishes where the rows agree") {
    cpu device;
    for (double a : {1.0, 2.0, 3.5}) {
        storage<double> x(6, 4), y(6, 4), g(6, 4), moved(6, 4), along(6, 4);
        x.fill(1), y.fill(2), along.fill(3);
        const double value = alignment_gradient(device, x.one(), y.one(), g.one(), a);
        CHECK(value == alignment(device, x.one(), y.one(), a));
        auto f = [&](double h, bool first) {
            storage<double>& from = first ? x : y;
            for (index_t i = 0; i < 6; ++i)
                for (index_t j = 0; j < 4; ++j) moved.one()(i, j) = from.one()(i, j) + h * along.one()(i, j);
            return first ? alignment(device, moved.one(), y.one(), a) : alignment(device, x.one(), moved.one(), a);
        };
        double expected = 0, size = 0;
        for (index_t i = 0; i < 6; ++i)
            for (index_t j = 0; j < 4; ++j) expected += g.one()(i, j) * along.one()(i, j), size += std::abs(g.one()(i, j));
        INFO("seed ", seed(), " a ", a);
        const double h = 1e-3;
        for (bool first : {true, false}) {
            const double slope = (8 * (f(h, first) - f(-h, first)) - (f(2 * h, first) - f(-2 * h, first))) / (12 * h);
            CHECK(std::abs(slope - (first ? expected : -expected)) < 1e-8 * size);
        }
        for (index_t j = 0; j < 4; ++j) x.one()(2, j) = y.one()(2, j);
        alignment_gradient(device, x.one(), y.one(), x.one(), a);
        for (index_t j = 0; j < 4; ++j) CHECK(x.one()(2, j) == 0);
    }
}

TEST_CASE("mean cosine is the mean over all pairs; a row of zeros has cosine 0 with all") {
    cpu device;
    storage<double> x(12, 5);
    x.fill(1);
    for (index_t j = 0; j < 5; ++j) x.one()(4, j) = 0;
    for (index_t j = 0; j < 5; ++j) x.one()(7, j) *= 1e200;
    double sum = 0;
    for (index_t i = 0; i < 12; ++i)
        for (index_t k = 0; k < i; ++k) {
            double dot = 0, a = 0, b = 0;
            for (index_t j = 0; j < 5; ++j) {
                const double u = i == 7 ? x.one()(i, j) / 1e200 : x.one()(i, j), v = k == 7 ? x.one()(k, j) / 1e200 : x.one()(k, j);
                dot += u * v, a += u * u, b += v * v;
            }
            sum += a > 0 && b > 0 ? dot / std::sqrt(a * b) : 0;
        }
    INFO("seed ", seed());
    CHECK(mean_cosine(device, x.one()) == doctest::Approx(sum / 66).epsilon(1e-13));
    storage<double> corner(3, 3);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 3; ++j) corner.one()(i, j) = i == j;
    CHECK(mean_cosine(device, corner.one()) == 0);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 3; ++j) corner.one()(i, j) = double((i + 1) * (j + 1));
    CHECK(mean_cosine(device, corner.one()) == doctest::Approx(1).epsilon(1e-14));
}

TEST_CASE("threads change no bit of alignment, and nothing is allocated for a shape that has been seen") {
    storage<double> x(3000, 40), y(3000, 40), g(3000, 40);
    x.fill(1), y.fill(2);
    double value = 0, cosine = 0;
    for (int threads = 1; threads <= 3; ++threads) {
        thread_pool pool(threads);
        cpu device(pool);
        for (int k = 0; k < 3; ++k) {
            const auto before = allocations();
            const double v = alignment_gradient(device, x.one(), y.one(), g.one(), 3), c = mean_cosine(device, x.one());
            CHECK((k == 0 || allocations() == before));
            if (threads == 1) value = v, cosine = c;
            CHECK(v == value);
            CHECK(c == cosine);
        }
    }
}

TEST_CASE("what alignment and mean cosine refuse") {
    cpu device;
    storage<double> x(3, 4), y(3, 4);
    x.fill(1), y.fill(2);
    CHECK_THROWS_WITH_AS(alignment(device, x.one(), y.one().part(0, 0, 3, 2)), "isotypic: alignment: the inputs are 3 x 4 and 3 x 2", error);
    CHECK_THROWS_WITH_AS(alignment_gradient(device, x.one(), y.one(), y.one().part(0, 0, 2, 4)), "isotypic: alignment: the gradient is 2 x 4, the input 3 x 4",
                         error);
    CHECK_THROWS_WITH_AS(alignment(device, x.one(), y.one(), 0.5), "isotypic: alignment: a = 0.500000 is not a finite number from 1 up", error);
    CHECK_THROWS_WITH_AS(alignment(device, x.one().part(0, 0, 0, 4), y.one().part(0, 0, 0, 4)), "isotypic: alignment: there are no rows", error);
    CHECK_THROWS_WITH_AS(mean_cosine(device, x.one().part(0, 0, 1, 4)), "isotypic: mean cosine: the input is 1 x 4, and pairs need two rows", error);
    y.one()(0, 0) = 1e200;
    CHECK_THROWS_WITH_AS(alignment(device, x.one(), y.one()), "isotypic: alignment: the distances are too large", error);
    x.one()(1, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(alignment(device, x.one(), y.one()), "isotypic: alignment: the input is not finite at (1, 1)", error);
    CHECK_THROWS_WITH_AS(mean_cosine(device, x.one()), "isotypic: mean cosine: row 1 is not finite, or too large", error);
}
