// SPDX-License-Identifier: MIT
#include <isotypic/normalization/uniformity.hpp>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include "allocations.hpp"
#include "storage.hpp"
#include <xtensor/xtensor.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

storage<double> rows(std::uint64_t which, index_t n, index_t d, order o = order::rows) {
    storage<double> x(n, d, o);
    x.fill(which);
    return x;
}
storage<double> unit_rows(std::uint64_t which, index_t n, index_t d) {
    storage<double> x = rows(which, n, d);
    normalizer<unit_norm>().forward(x.one(), x.one());
    return x;
}

/// As it is written, pair by pair.
double by_pairs(view<double> x, double t) {
    double sum = 0;
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < i; ++j) {
            double square = 0;
            for (index_t k = 0; k < x.cols; ++k) square += (x(i, k) - x(j, k)) * (x(i, k) - x(j, k));
            sum += std::exp(-t * square);
        }
    return std::log(sum / (0.5 * double(x.rows) * double(x.rows - 1)));
}

/// The derivative of f at 0, of order four.
template <class F>
double slope(F const& f, double h = 1e-3) {
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}
double inner(view<double> a, view<double> b) {
    double sum = 0;
    for (index_t i = 0; i < a.rows; ++i)
        for (index_t j = 0; j < a.cols; ++j) sum += a(i, j) * b(i, j);
    return sum;
}
storage<double> moved(view<double> x, double h, view<double> along) {
    storage<double> y(x.rows, x.cols);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) y.one()(i, j) = x(i, j) + h * along(i, j);
    return y;
}

}  // namespace

TEST_CASE("uniformity is what it is pair by pair, for one tile and several, in any layout") {
    cpu device;
    for (order o : orders)
        for (index_t n : {2, 5, 192, 193, 500}) {
            INFO("seed ", seed(), " rows ", n);
            storage<double> x = rows(std::uint64_t(n), n, 7, o), g = rows(1, n, 7, o);
            for (double t : {0.5, 2.0, 9.0}) {
                const double expected = by_pairs(x.one(), t);
                CHECK(uniformity(device, x.one(), t) == doctest::Approx(expected).epsilon(1e-13));
                CHECK(uniformity_gradient(device, x.one(), g.one(), t) == doctest::Approx(expected).epsilon(1e-13));
            }
        }
    storage<double> x = unit_rows(1, 20, 5);
    CHECK(uniformity(device, x.one()) == uniformity(device, x.one(), 2));
}

TEST_CASE("the gradient of uniformity agrees with differences") {
    cpu device;
    for (index_t n : {2, 6, 400}) {
        INFO("seed ", seed(), " rows ", n);
        storage<double> x = rows(1, n, 5), along = rows(2, n, 5), g(n, 5);
        uniformity_gradient(device, x.one(), g.one(), 2);
        const double by_differences = slope([&](double h) { return uniformity(device, moved(x.one(), h, along.one()).one(), 2); });
        CHECK(std::abs(inner(g.one(), along.one()) - by_differences) < 1e-8 * std::sqrt(inner(g.one(), g.one()) * inner(along.one(), along.one())));
    }
}

TEST_CASE("unit_norm's VJP takes the gradient through x = z / |z|") {
    cpu device;
    storage<double> z = rows(1, 30, 4), x(30, 4), g(30, 4), dz(30, 4), along = rows(2, 30, 4);
    normalizer<unit_norm> unit;
    unit.forward(z.one(), x.one());
    uniformity_gradient(device, x.one(), g.one());
    unit.vjp(z.one(), g.one(), dz.one());
    const double by_differences = slope([&](double h) {
        storage<double> to = moved(z.one(), h, along.one());
        normalizer<unit_norm>().forward(to.one(), to.one());
        return uniformity(device, to.one());
    });
    INFO("seed ", seed());
    const double size = std::sqrt(inner(dz.one(), dz.one()) * inner(along.one(), along.one()));
    CHECK(std::abs(inner(dz.one(), along.one()) - by_differences) < 1e-8 * size);
    CHECK(std::abs(inner(g.one(), along.one()) - by_differences) > 1e-4 * size);  // and without it the gradient is another
    for (index_t i = 0; i < 30; ++i) CHECK(std::abs(inner(z.one().part(i, 0, 1, 4), dz.one().part(i, 0, 1, 4))) < 1e-14);
}

TEST_CASE("collapse gives 0 and no gradient, opposite points -4t; in between the mean of unit rows bounds it") {
    cpu device;
    storage<double> x(300, 6), g(300, 6), line = unit_rows(1, 1, 6);
    for (index_t i = 0; i < 300; ++i)
        for (index_t j = 0; j < 6; ++j) x.one()(i, j) = line.one()(0, j);
    CHECK(uniformity(device, x.one()) == 0);
    CHECK(uniformity_gradient(device, x.one(), g.one()) == 0);
    for (double v : elements(g.one())) CHECK(std::abs(v) < 1e-15);
    for (index_t j = 0; j < 6; ++j) x.one()(1, j) = -x.one()(0, j);
    CHECK(uniformity(device, x.one().part(0, 0, 2, 6), 3) == doctest::Approx(-12).epsilon(1e-14));

    for (std::uint64_t which = 1; which < 20; ++which)
        for (double t : {0.1, 2.0, 20.0}) {
            INFO("seed ", seed(), " case ", which);
            const index_t n = 2 + index_t(which) * 3;
            storage<double> u = unit_rows(which, n, 3);
            double mean = 0;
            for (index_t j = 0; j < 3; ++j) {
                double sum = 0;
                for (index_t i = 0; i < n; ++i) sum += u.one()(i, j) / double(n);
                mean += sum * sum;
            }
            const double value = uniformity(device, u.one(), t), bound = -2 * t * (1 - mean) * double(n) / double(n - 1);
            CHECK(value <= 0);
            CHECK(value >= bound - 1e-13 * t);
            CHECK(bound >= -4 * t - 1e-13 * t);
        }
    // Two rows meet the middle bound, and rows far from the sphere pass the lower one.
    storage<double> far(2, 1);
    far.one()(0, 0) = 3, far.one()(1, 0) = -3;
    CHECK(uniformity(device, far.one(), 1) == doctest::Approx(-36));
}

TEST_CASE("no t is too large: exponents are taken relative to the largest") {
    cpu device;
    storage<double> x = rows(1, 400, 8), g(400, 8), along = rows(2, 400, 8);
    double nearest = 1e300;
    for (index_t i = 0; i < 400; ++i)
        for (index_t j = 0; j < i; ++j) {
            double square = 0;
            for (index_t k = 0; k < 8; ++k) square += (x.one()(i, k) - x.one()(j, k)) * (x.one()(i, k) - x.one()(j, k));
            nearest = std::fmin(nearest, square);
        }
    CHECK(by_pairs(x.one(), 1e7) == -std::numeric_limits<double>::infinity());
    // One pair is left of the sum.
    const double value = uniformity_gradient(device, x.one(), g.one(), 1e7);
    CHECK(value == doctest::Approx(-1e7 * nearest - std::log(400 * 399 / 2.0)).epsilon(1e-12));
    const double by_differences = slope([&](double h) { return uniformity(device, moved(x.one(), h, along.one()).one(), 1e7); }, 1e-7);
    CHECK(inner(g.one(), along.one()) == doctest::Approx(by_differences).epsilon(1e-5));
}

TEST_CASE("moving and rotating the rows changes nothing, scaling does") {
    cpu device;
    storage<double> x = rows(1, 40, 6), q(6, 6), y(40, 6);
    random_stream random(seed(), 3);
    orthogonal::sample(q.one(), random);
    multiply<double>(device, 1, view<double const>(x.one()), view<double const>(q.one()), 0, y.one());
    for (index_t i = 0; i < 40; ++i)
        for (index_t j = 0; j < 6; ++j) y.one()(i, j) += 5;
    CHECK(uniformity(device, y.one()) == doctest::Approx(uniformity(device, x.one())).epsilon(1e-13));
    for (index_t i = 0; i < 40; ++i)
        for (index_t j = 0; j < 6; ++j) y.one()(i, j) = 2 * x.one()(i, j);
    CHECK(uniformity(device, y.one(), 0.5) == doctest::Approx(uniformity(device, x.one(), 2)).epsilon(1e-13));
    CHECK(uniformity(device, y.one()) < uniformity(device, x.one()) - 0.1);
}

TEST_CASE("threads change no bit, and nothing is allocated for a shape that has been seen") {
    storage<double> x = rows(1, 700, 24), g(700, 24);
    std::vector<double> first;
    double value = 0;
    for (int threads = 1; threads <= 3; ++threads) {
        thread_pool pool(threads);
        cpu device(pool);
        for (int k = 0; k < 3; ++k) {
            const auto before = allocations();
            const double v = uniformity(device, x.one());
            const double w = uniformity_gradient(device, x.one(), g.one());
            CHECK((k == 0 || allocations() == before));
            if (first.empty()) first = elements(g.one()), value = v;
            CHECK(v == value);
            CHECK(w == doctest::Approx(v).epsilon(1e-14));
            CHECK(same_bits(elements(g.one()), first));
        }
    }
}

TEST_CASE("rows of floats and of xtensor; the gradient may be written over the rows") {
    cpu device;
    storage<double> x = rows(1, 50, 4), g(50, 4);
    xt::xtensor<float, 2> f = xt::zeros<float>({50, 4});
    for (std::size_t i = 0; i < 50; ++i)
        for (std::size_t j = 0; j < 4; ++j) f(i, j) = float(x.one()(index_t(i), index_t(j)));
    CHECK(uniformity(device, f) == doctest::Approx(uniformity(device, x.one())).epsilon(1e-6));
    uniformity_gradient(device, x.one(), g.one());
    uniformity_gradient(device, f, f);
    for (std::size_t i = 0; i < 50; ++i)
        for (std::size_t j = 0; j < 4; ++j) CHECK(std::abs(double(f(i, j)) - g.one()(index_t(i), index_t(j))) < 1e-7);
}

TEST_CASE("what uniformity refuses") {
    cpu device;
    storage<double> x = rows(1, 5, 4), g = rows(2, 5, 4);
    const auto kept = elements(g.one());
    CHECK_THROWS_WITH_AS(uniformity(device, x.one().part(0, 0, 1, 4)), "isotypic: uniformity: the input is 1 x 4, and pairs need two rows", error);
    CHECK_THROWS_WITH_AS(uniformity(device, x.one(), 0), "isotypic: uniformity: t = 0.000000 is not positive and finite", error);
    CHECK_THROWS_WITH_AS(uniformity_gradient(device, x.one(), g.one().part(0, 0, 5, 3)), "isotypic: uniformity: the gradient is 5 x 3, the input 5 x 4", error);
    x.one()(2, 2) = 1e200;
    CHECK_THROWS_WITH_AS(uniformity_gradient(device, x.one(), g.one()), "isotypic: uniformity: the input is too large", error);
    x.one()(2, 2) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(uniformity_gradient(device, x.one(), g.one()), "isotypic: uniformity: the input is not finite at (2, 2)", error);
    CHECK(same_bits(elements(g.one()), kept));
}
