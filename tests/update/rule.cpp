// SPDX-License-Identifier: MIT
// A part out of a callable: it fills y or returns a matrix, sees one matrix at a time, and claims what it is told to.
#include <isotypic/update/rule.hpp>
#include "../storage.hpp"
#include <doctest/doctest.h>
#include <isotypic/check/equivariance.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <Eigen/Core>

using namespace isotypic;

namespace {

const auto filled = rule<embedding>([](auto x, auto y) {
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) y(i, j) = 2 * x(i, j);
});
const auto returned = rule<embedding>([](view<double const> x) { return Eigen::MatrixXd(as_eigen(x).rowwise().normalized()); });

template <class P>
std::vector<double> result(P const& rule, blocks<double const> x, blocks<double> y) {
    cpu device;
    auto state = init(rule, device, y);
    const auto u = rule.apply(context<cpu, double>{device, 1, x, x}, x, y, state);
    std::vector<double> all;
    for (index_t i = 0; i < u.matrices(); ++i)
        for (double v : elements(u.matrix(i))) all.push_back(v);
    return all;
}

}  // namespace

TEST_CASE("rule: claims what it was told to, and no more") {
    static_assert(equivariant_under<decltype(filled), embedding> && !equivariant_under<decltype(filled), projection>);
    static_assert(!equivariant_under<decltype(filled), lm_head>);
    static_assert(equivariant_under<decltype(centre{} | filled | centre{}), lm_head>);
    auto for_heads = rule<lm_head>([](auto x, auto y) { y(0, 0) = x(0, 0); });
    static_assert(equivariant_under<decltype(for_heads), lm_head> && equivariant_under<decltype(momentum{} | for_heads), lm_head>);
    auto for_columns = rule<transposed<lm_head>>([](auto x, auto y) { y(0, 0) = x(0, 0); });
    static_assert(equivariant_under<decltype(for_columns), transposed<lm_head>> && !equivariant_under<decltype(for_columns), lm_head>);
    CHECK(std::isnan(homogeneity(filled)));
}

TEST_CASE("rule: a callable that fills, one that returns, every layout, apart and in place") {
    for (order o : orders) {
        storage<double> x(4, 3, o), y(4, 3, o);
        x.fill(1);
        const auto in = elements(x.one());
        const auto twice = result(filled, x.all, y.all), unit = result(returned, x.all, y.all);
        for (std::size_t i = 0; i < 12; ++i) {
            const std::size_t r = i / 3 * 3;
            CHECK(twice[i] == 2 * in[i]);
            CHECK(unit[i] == doctest::Approx(in[i] / std::sqrt(in[r] * in[r] + in[r + 1] * in[r + 1] + in[r + 2] * in[r + 2])));
        }
        CHECK(elements(x.one()) == in);
        CHECK(result(filled, x.all, x.all) == twice);
    }
}

TEST_CASE("rule: y never overlaps x, a joined pair comes as one matrix, an item of a batch alone") {
    index_t calls = 0, cols = 0;
    bool apart = true;
    auto spy = rule<embedding>([&](view<double const> x, view<double> y) {
        ++calls, cols = x.cols, apart = apart && !overlap(blocks<double const>(x), blocks<double>(y));
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = double(j);
    });
    storage<double> batch(2, 3, order::rows, 0, 4), a(2, 3), b(2, 3);
    result(spy, batch.all, batch.all);
    CHECK(calls == 4);
    CHECK(cols == 3);
    const auto pair = joined(a.one(), b.one());
    result(spy, pair, pair);
    CHECK(calls == 5);
    CHECK(cols == 6);
    CHECK(a.one()(1, 2) == 2);
    CHECK(b.one()(1, 0) == 3);
    CHECK(apart);
    result(spy, blocks<double const>(a.one().part(0, 0, 0, 3)), blocks<double>(a.one().part(0, 0, 0, 3)));
    CHECK(calls == 5);  // nothing to do on an empty block
}

TEST_CASE("rule: a result of another shape is refused with both shapes") {
    auto wrong = rule<embedding>([](view<double const> x) { return Eigen::MatrixXd(as_eigen(x).transpose()); });
    storage<double> x(4, 3);
    CHECK_THROWS_WITH_AS(result(wrong, x.all, x.all), "isotypic: a rule's callable was given 4 x 3 and returned 3 x 4", error);
}

TEST_CASE("rule: the claim is tested by equivariance_error, which catches a false one") {
    CHECK(equivariance_error<embedding>(returned, 6, 4, {.seed = seed()}).error < 1e-13);
    auto lie = rule<embedding>([](auto x, auto y) {
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) > 0 ? 1 : -1;
    });
    CHECK(equivariance_error<embedding>(lie, 6, 4, {.seed = seed()}).error > 0.1);
}
