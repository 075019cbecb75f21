// SPDX-License-Identifier: MIT
#include <isotypic/check/defect.hpp>
#include <isotypic/check/specimen.hpp>
#include <Eigen/SVD>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a specimen owns a block of every kind") {
    specimen x(2, 3, 4, true);
    CHECK(x.values.size() == 48);
    CHECK(x.all().count == 4);
    CHECK(x.all().joined);
    double next = 0;
    for_each_element(x, [&](index_t k, index_t p, index_t i, index_t j) { x.panel(k, p)(i, j) = ++next; });
    CHECK(next == 48);
    const specimen y = x;
    CHECK(y.panel(3, 1)(1, 2) == 48);
    CHECK(y.panel(0, 1)(0, 0) == 7);
    CHECK(y.panel(0, 0).data != x.panel(0, 0).data);
    CHECK(specimen(0, 5).values.empty());
}

TEST_CASE("draws are repeated by their seed, fit a float, and average to well-conditioned blocks") {
    INFO("ISOTYPIC_SEED=", seed());
    for (auto [m, n, pair] : {std::tuple(4, 7, false), std::tuple(9, 3, false), std::tuple(5, 5, false), std::tuple(3, 4, true)}) {
        const specimen like(m, n, 2, pair);
        random_stream first(seed()), second(seed());
        const auto x = draw(like, 3, first), again = draw(like, 3, second);
        const index_t whole = n * like.panels();
        Eigen::MatrixXd mean = Eigen::MatrixXd::Zero(m, whole);
        for (std::size_t t = 0; t < 3; ++t) {
            CHECK(x[t].values == again[t].values);
            for (double v : x[t].values) CHECK(v == double(float(v)));
            for (index_t i = 0; i < m; ++i)
                for (index_t j = 0; j < whole; ++j) mean(i, j) += x[t].panel(1, j / n)(i, j % n) * double(t + 1);
        }
        const Eigen::VectorXd s = mean.jacobiSvd().singularValues();
        CHECK(s(0) / s(s.size() - 1) < 30);
        CHECK(distance(x[0], x[1]) > 0.05);
    }
}
