// SPDX-License-Identifier: MIT
#include "rational.hpp"
#include <isotypic/polar/qdwh.hpp>

using namespace engines;

namespace {

/// The lower ends of the interval, step by step.
template <class T>
std::vector<double> lower_ends(double least = 0) {
    std::vector<double> l{detail::resolved<T>(least)};
    for (zolotarev_map const& f : qdwh{least}.steps<T>()) l.push_back(f(l.back()));
    return l;
}

}  // namespace

TEST_CASE("qdwh: as many steps as the theory says, two of them by QR") {
    const auto in_float = lower_ends<float>(), in_double = lower_ends<double>();
    CHECK(in_float.size() == 1 + 4);
    CHECK(in_double.size() == 1 + 6);
    const double known[] = {0.0124, 0.537, 0.996, 1};
    for (std::size_t k = 0; k < 4; ++k) CHECK(in_float[k + 1] == doctest::Approx(known[k]).epsilon(1e-3));
    CHECK(lower_ends<double>(1e-2).size() == 1 + 4);
    auto by_qr = [](std::vector<zolotarev_map> const& steps) {
        return std::count_if(steps.begin(), steps.end(), [](zolotarev_map const& f) { return 1 / f.shift[0] > 100; });
    };
    CHECK(by_qr(qdwh{}.steps<float>()) == 2);
    CHECK(by_qr(qdwh{}.steps<double>()) == 2);
}

TEST_CASE("qdwh: each step is Zolotarev's map of one term with f(1) = 1") {
    double l = 1e-4;
    for (zolotarev_map const& f : qdwh{l}.steps<double>()) {
        const zolotarev_map best = best_map(1, l);
        for (double x : {l, std::sqrt(l), 0.7, 1.}) CHECK(f(x) == doctest::Approx(best(x) / best(1)).epsilon(1e-11));
        l = f(l);
    }
}

TEST_CASE("qdwh: the golden polar factors, to rounding times condition") {
    for_each_golden([](double condition, double, dense const& a, dense const& polar) {
        CHECK(distance(factor<double>(qdwh{}, a), polar) <= 1e-14 * condition);
        if (condition < 1e4) CHECK(distance(factor<float>(qdwh{}, a), polar) <= 1e-6 * condition);
    });
}

TEST_CASE("qdwh: what every engine owes") {
    keep_their_word<double>(qdwh{}, formulas::exact_polar, [](dense const& a) { return 2e-15 * condition(a); });
    keep_their_word<float>(qdwh{}, formulas::exact_polar, [](dense const& a) { return 1e-6 * condition(a); });
    CHECK(same_at_every_address<float>(qdwh{}));
    CHECK(same_at_every_address<double>(qdwh{}));
    CHECK(scales_exactly<float>(qdwh{}, 60));
    CHECK(scales_exactly<double>(qdwh{}, 300));
}

TEST_CASE("qdwh: orthogonal and backward stable at any condition") {
    for (double most : {1e1, 1e6, 1e12, 1e14}) accurate_at<double>(qdwh{}, most, 1e-14);
    for (double most : {1e1, 1e3, 1e6}) accurate_at<float>(qdwh{}, most, 5e-6);
}

TEST_CASE("qdwh: a true lower bound changes the steps and not the factor") {
    const spectrum known(30, 20, 100);
    for (double least : {1e-3, 1e-8}) CHECK(distance(factor<double>(qdwh{least}, known.matrix()), known.polar()) <= 1e-13);
}

TEST_CASE("qdwh: values under `least` go where the scalar maps take them") {
    const spectrum known(30, 20, 1e9);
    const qdwh engine{1e-3};
    const double norm = known.s.norm();
    const dense want = formulas::by_values(known.matrix(), [&](double s) {
        double x = s / norm;
        for (zolotarev_map const& f : engine.steps<double>()) x = f(x);
        return x * (3 - x * x) / 2;
    });
    CHECK(want.squaredNorm() < 12);
    CHECK(distance(factor<double>(engine, known.matrix()), want) <= 1e-11);
}

TEST_CASE("qdwh: a bound that is none is refused") {
    cpu d;
    double x[] = {3, 0, 0, 1}, u[4];
    for (double least : {-1., 1.5, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(qdwh{.least = least}(d, view<double const>(x, 2, 2), view<double>(u, 2, 2)), error);
}

TEST_CASE("qdwh: short rank") {
    keeps_rank<double>(qdwh{}, 1e-13);
    keeps_rank<float>(qdwh{}, 1e-4);
    keeps_zeros<double>(qdwh{}, 1e-13);
    keeps_zeros<float>(qdwh{}, 1e-4);
}
