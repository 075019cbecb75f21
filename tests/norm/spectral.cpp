// SPDX-License-Identifier: MIT
#include <isotypic/norm/spectral.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "norm/laws.hpp"
#include "storage.hpp"
#include <Eigen/SVD>

using namespace isotypic;

TEST_CASE("the spectral norm keeps the laws of a norm") {
    // With well-conditioned samples eight steps of Polar Express reach 1 to about 1e-6.
    check_norm_laws<double>(spectral<>{}, 1e-6, 1e-3);
    check_scales<double>(spectral<>{}, 1e-300, 1e300, 1e-10);
    check_scales<float>(spectral<>{}, 1e-30, 1e30, 1e-4);
    check_not_finite(spectral<>{});
}

TEST_CASE("the value of a matrix whose Frobenius norm is no double, or whose inverse is none") {
    cpu d;
    storage<double> x(6, 9), y(6, 9);
    x.fill(1, 1 << 20);
    transform(d, [](double& v) { v = std::round(v); }, x.all);  // so that no power of two rounds them
    const double value = spectral<>{}.value(d, x.all);
    for (int power : {-1050, 1022 - std::ilogb(value)}) {
        transform(d, [&](double const& v, double& to) { to = std::ldexp(v, power); }, x.all, y.all);
        CHECK(spectral<>{}.value(d, y.all) / std::ldexp(value, power) == doctest::Approx(1).epsilon(1e-12));
    }
    transform(d, [](double& v) { v = 0; }, x.all);
    for (index_t i = 0; i < 6; ++i) x.one()(i, i + 1) = 1.5e308;
    CHECK(spectral<>{}.value(d, x.all) == doctest::Approx(1.5e308).epsilon(1e-12));
    transform(d, [](double& v) { v = 1.5e308; }, x.all);
    CHECK(spectral<>{}.value(d, x.all) == std::numeric_limits<double>::infinity());
}

TEST_CASE_TEMPLATE("the value is the largest singular value, ties and near ties included", T, float, double) {
    cpu d;
    const double eps = double(std::numeric_limits<T>::epsilon());
    using M = Eigen::Matrix<T, -1, -1>;
    random_stream random(seed());
    for (auto [m, n] : {std::pair<index_t, index_t>{1, 1}, {6, 40}, {40, 6}, {30, 30}, {1, 9}}) {
        storage<T> x(m, n, order::columns);
        x.fill(1);
        const double s = double(Eigen::Map<M>(x.one().data, m, n).jacobiSvd().singularValues()(0));
        CHECK(spectral<>{}.value(d, x.all) == doctest::Approx(s).epsilon(100 * eps));
    }
    for (double second : {1., 1 - 1e-4, 1 - 1e-8, 0.5, 0.}) {
        storage<T> x(20, 30);
        transform(d, [](T& v) { v = 0; }, x.all);
        for (index_t i = 0; i < 20; ++i) x.one()(i, i) = T(i == 7 ? 3 : 3 * second);
        CHECK(spectral<>{}.value(d, x.all) == doctest::Approx(3).epsilon(1e-9 + 100 * eps));
    }
}

TEST_CASE("a batch has the largest value and the sum of the duals; a pair is one matrix") {
    cpu d;
    sample_block<double> x(4, 6, order::rows, 3, false, 1), pair(4, 6, order::columns, 1, true, 2);
    double most = 0, sum = 0;
    for (index_t k = 0; k < 3; ++k)
        most = std::max(most, spectral<>{}.value(d, item(x.all, k))), sum += spectral<>{}.dual(d, item(x.all, k));
    CHECK(spectral<>{}.value(d, x.all) == most);
    CHECK(spectral<>{}.dual(d, x.all) == doctest::Approx(sum).epsilon(1e-14));
    Eigen::MatrixXd whole(4, 12);
    for (index_t i = 0; i < 4; ++i)
        for (index_t j = 0; j < 12; ++j) whole(i, j) = pair.all.panel(0, j / 6)(i, j % 6);
    CHECK(spectral<>{}.value(d, pair.all) == doctest::Approx(whole.jacobiSvd().singularValues()(0)).epsilon(1e-12));
    CHECK(spectral<>{}.value(d, pair.all.transposed()) == doctest::Approx(whole.jacobiSvd().singularValues()(0)).epsilon(1e-12));
    CHECK(spectral<>{}.dual(d, pair.all) == doctest::Approx(whole.jacobiSvd().singularValues().sum()).epsilon(1e-4));
}

TEST_CASE("large items of an odd batch: all threads share the last, the bits stay") {
    storage<float> x(512, 512, order::rows, 0, 3), u(512, 512, order::rows, 0, 3), alone(512, 512);
    x.fill(3);
    cpu serially;
    thread_pool pool(2);
    cpu d(pool);
    spectral<zolotarev>{}.steepest(d, blocks<float const>(x.all), u.all);
    for (index_t k = 0; k < 3; ++k) {
        zolotarev{}(serially, view<float const>(x.all.panel(k)), alone.one());
        CHECK(same_bits(elements(u.all.panel(k)), elements(alone.one())));
    }
}

TEST_CASE_TEMPLATE("subnormal and strided matrices have finite steepest directions", T, float, double) {
    cpu d;
    storage<T> x(3, 4, order::strided), u(3, 4, order::strided);
    transform(d, [](T& v) { v = 0; }, x.all);
    x.one()(1, 2) = std::numeric_limits<T>::denorm_min();
    spectral<>{}.steepest(d, blocks<T const>(x.all), u.all);
    for (T v : elements(u.one())) CHECK(std::isfinite(v));
    CHECK(u.one()(1, 2) > 0);
}
