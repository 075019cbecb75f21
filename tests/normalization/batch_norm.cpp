// SPDX-License-Identifier: MIT
#include "normalization/prove_core.hpp"

using namespace isotypic;
using namespace proof;

TEST_CASE("batch_norm: its symmetry, and no more; its derivative") { prove_core(batch_norm{}, batch_norm{.eps = 0.1}); }

TEST_CASE("running statistics: the share of the new batch, the variance with divisor n - 1") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random);
    normalizer<batch_norm> norm({.eps = 1e-3, .momentum = 0.25});
    matrix_of_doubles y = x;
    norm.forward(x, y);
    for (index_t j = 0; j < d; ++j) {
        const double mean = x.col(j).mean(), variance = (x.col(j).array() - mean).square().sum() / (n - 1);
        CHECK(norm.running.mean[std::size_t(j)] == doctest::Approx(0.25 * mean));
        CHECK(norm.running.variance[std::size_t(j)] == doctest::Approx(0.75 + 0.25 * variance));
    }
    norm.training = false;
    norm.forward(x, y);
    const double s = 1 / std::sqrt(norm.running.variance[2] + 1e-3);
    CHECK(y(5, 2) == doctest::Approx(s * (x(5, 2) - norm.running.mean[2])));

    matrix_of_doubles t = random_matrix(random), out = t;  // a diagonal map now
    norm.vjp(x, t, out);
    CHECK(out(7, 2) == doctest::Approx(s * t(7, 2)));
    const auto before = norm.running.mean;
    norm.forward(x, y);
    CHECK(norm.running.mean == before);
}

TEST_CASE("before the first batch the running statistics are 0 and 1") {
    normalizer<batch_norm> norm;
    norm.training = false;
    matrix_of_doubles x = matrix_of_doubles::Constant(1, 3, 2.5), y = x;
    norm.forward(x, y);
    CHECK(y == x);
    matrix_of_doubles other = matrix_of_doubles::Ones(2, 4);
    CHECK_THROWS_WITH(norm.forward(other, other), "isotypic: batch norm: statistics of 3 features, and an input of 2 x 4");
}

TEST_CASE("a feature that does not vary goes to 0, with derivative 0") {
    matrix_of_doubles x = matrix_of_doubles::Random(5, 3), y = x, t = x;
    x.col(1).setConstant(0.1);
    normalizer<batch_norm> norm;
    norm.forward(x, y);
    CHECK(y.col(1).isZero(0));
    norm.vjp(x, matrix_of_doubles(matrix_of_doubles::Ones(5, 3)), t);
    CHECK(t.col(1).isZero(0));
    for (double eps : {1e-5, 1e-3, 0.1, 0.3}) {
        normalizer<batch_norm> one({.eps = eps, .momentum = 1});
        one.forward(x, y);
        CHECK(one.running.variance[1] >= 0);
        CHECK(one.running.variance[1] < 1e-14);
    }
}

TEST_CASE("bad batches are refused and leave the running statistics alone") {
    normalizer<batch_norm> norm(batch_norm{}, "class token");
    matrix_of_doubles x = matrix_of_doubles::Random(4, 3), y = x;
    norm.forward(x, y);
    const auto mean = norm.running.mean, variance = norm.running.variance;
    matrix_of_doubles one = matrix_of_doubles::Ones(1, 3);
    CHECK_THROWS_WITH(norm.forward(one, one), "isotypic: class token: a batch of one sample has no variance; train on two or more, or evaluate with the running statistics");
    x(2, 1) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH(norm.forward(x, y), "isotypic: class token: the input is not finite at (2, 1)");
    x(2, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(norm.forward(x, y), "isotypic: class token: the input is not finite at (2, 1)");
    x.col(1).setZero(), x(2, 1) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH(norm.forward(x, y), "isotypic: class token: the input is not finite at (2, 1)");
    CHECK(norm.running.mean == mean);
    CHECK(norm.running.variance == variance);
    x(2, 1) = 1e200;
    CHECK_THROWS_WITH(norm.forward(x, y), "isotypic: class token: the input is too large");
    matrix_of_doubles wide = matrix_of_doubles::Random(4, 4), other = wide, none(0, 3);
    Eigen::VectorXd gain = Eigen::VectorXd::Ones(2);
    CHECK_THROWS_WITH(norm.forward(wide, other), "isotypic: class token: statistics of 3 features, and an input of 4 x 4");
    CHECK_THROWS_WITH(norm.forward(x, other), "isotypic: class token: the result is 4 x 4, the input 4 x 3");
    x(2, 1) = 1;
    CHECK_THROWS_WITH(norm.forward(x, per_feature(gain), y), "isotypic: class token: a gain of 2 x 1 for 3 features");
    norm.forward(none, none);
    CHECK(norm.running.mean == mean);
    CHECK(norm.running.variance == variance);
    x(2, 1) = std::numeric_limits<double>::quiet_NaN();
    norm.training = false;
    CHECK_THROWS_WITH(norm.forward(x, y), "isotypic: class token: the input is not finite at (2, 1)");
    for (bool training : {false, true}) {
        normalizer<batch_norm> restored(batch_norm{}, "N");
        restored.training = training;
        restored.running.mean = {1, 2, 3};
        CHECK_THROWS_WITH(restored.forward(x, y), "isotypic: N: running means of 3 features, and variances of 0");
        restored.running.variance = {1, -1, 1};
        CHECK_THROWS_WITH(restored.forward(x, y), "isotypic: N: running statistics of feature 1: mean 2.000000, variance -1.000000");
    }
    normalizer<batch_norm> fresh;
    fresh.training = false;
    CHECK_THROWS(fresh.forward(x, y));
    CHECK(fresh.running.mean.empty());
    fresh.forward(wide, other);
}

TEST_CASE("after the batch core the samples' mean inner product is -d / (n - 1)") {
    random_stream random(seed());
    const matrix_of_doubles y = normalized(batch_norm{}, random_matrix(random));
    const double all = (y * y.transpose()).sum(), same = y.squaredNorm();
    CHECK((all - same) / double(n * (n - 1)) == doctest::Approx(-double(d) / double(n - 1)));
}
