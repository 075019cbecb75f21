// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

/// `unit` and `dual` in Eigen's words.
template <class Norm>
void steepest_is(Norm const& norm, dense const& x, dense const& unit, double dual) {
    CHECK(inner(x, unit) == doctest::Approx(dual));
    for (double alpha : {0., 0.5, 1.}) {
        CHECK(distance(update(steepest<Norm>{norm, alpha}, x), std::pow(dual, alpha) * unit) <= 1e-12);
        CHECK(distance(update(steepest<Norm>{norm, alpha}, 3 * x), std::pow(3 * dual, alpha) * unit) <= 1e-12);
        CHECK(distance(update<float>(steepest<Norm>{norm, alpha}, x), std::pow(dual, alpha) * unit) <= 1e-5);
        CHECK(homogeneity(steepest<Norm>{norm, alpha}) == alpha);
    }
    CHECK(distance(update(steepest<Norm>{norm, 1, 1e3 * dual}, x), 1e3 * dual * unit) <= 1e-12);
    CHECK(std::isnan(homogeneity(steepest<Norm>{norm, 1, 1e-8})));
    for (double alpha : {0., 1.}) CHECK(update(steepest<Norm>{norm, alpha, 1e-8}, dense::Zero(3, 2)) == dense::Zero(3, 2));
}

}  // namespace

TEST_CASE("steepest: direction times a power of the dual norm, for every norm") {
    for (auto [m, n] : {std::pair{6, 4}, {4, 6}, {1, 5}, {5, 1}}) {
        const dense x = gaussian(m, n, 1);
        steepest_is(row_max{}, x, unit_rows(x), x.rowwise().norm().sum());
        steepest_is(column_max{}, x, unit_rows(x.transpose()).transpose(), x.colwise().norm().sum());
        steepest_is(entry_max{}, x, x.cwiseSign(), x.cwiseAbs().sum());
        steepest_is(spectral<exact_svd>{}, x, exact_polar(x), nuclear(x));
    }
}

TEST_CASE("steepest: no other direction in the ball does better") {
    const dense x = gaussian(5, 4, 2);
    const double best = inner(x, update(row_norm{}, x)), spectral_best = inner(x, update(polar<exact_svd>{}, x));
    for (std::uint64_t k = 0; k < 200; ++k) {
        const dense other = gaussian(5, 4, 1000 + k);
        CHECK(inner(x, unit_rows(other)) < best);
        CHECK(inner(x, other / largest(other)) < spectral_best);
    }
}

TEST_CASE("steepest: every item of a batch has its own dual norm") {
    cpu device;
    dense x = gaussian(6, 3, 3), y = x;
    x.bottomRows(3) *= 100;
    no_state none;
    const auto in = row_heads(std::as_const(x), 2);
    polar<exact_svd>{.alpha = 1}.apply(context<cpu, double>{device, 1, in, in}, in, row_heads(y, 2), none);
    for (index_t h = 0; h < 2; ++h) {
        const dense head = x.middleRows(3 * h, 3);
        CHECK(distance(y.middleRows(3 * h, 3), nuclear(head) * exact_polar(head)) <= 1e-12);
    }
}

TEST_CASE("polar: alpha is inert before unit rows") {
    const history g = gaussians(6, 4, 4);
    CHECK(gap(polar<>{.alpha = 1} | row_norm{}, g, updates(polar<>{} | row_norm{}, g)) <= 1e-14);
    CHECK(gap(row_norm{} | polar<>{.alpha = 1}, g, updates(row_norm{} | polar<>{}, g)) > 1e-1);
}

TEST_CASE("polar: rows first is not rows last") {
    const dense x = gaussian(6, 4, 5);
    CHECK(distance(update(row_norm{} | polar<exact_svd>{}, x), exact_polar(unit_rows(x))) <= 1e-12);
    CHECK(distance(update(polar<exact_svd>{} | row_norm{}, x), unit_rows(exact_polar(x))) <= 1e-12);
    CHECK(distance(exact_polar(unit_rows(x)), unit_rows(exact_polar(x))) > 1e-2);
}
