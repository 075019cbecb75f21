// SPDX-License-Identifier: MIT
#include "normalization/prove_core.hpp"
#include "update/decompositions.hpp"
#include <isotypic/normalization/whitening.hpp>

using namespace isotypic;
using namespace proof;

TEST_CASE("whitening: its symmetry, and no more; its derivative") { prove_core(whitening{}, whitening{.eps = 0.1}); }
TEST_CASE("centred_whitening: its symmetry, and no more; its derivative") { prove_core(centred_whitening{}, centred_whitening{.eps = 0.1}); }

TEST_CASE("whitening: covariance 1; wide activations too") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random), y = normalized(centred_whitening{}, x);
    CHECK((y.transpose() * y / double(n) - matrix_of_doubles::Identity(d, d)).norm() < 1e-12);
    CHECK(y.colwise().mean().norm() < 1e-13);
    const matrix_of_doubles wide = normalized(whitening{}, random_matrix(random, 5, 9));
    CHECK((wide * wide.transpose() / 5.0 - matrix_of_doubles::Identity(5, 5)).norm() < 1e-12);
    check_derivative(whitening{}, 5, 9);
    check_derivative(whitening{.eps = 0.1}, 5, 9);
    check_derivative(centred_whitening{.eps = 0.1}, 5, 9);
}

TEST_CASE("whitening: no invertible map of the features is seen but for a rotation, N(XA) N(XA)' = N(X) N(X)'; nor a shift, if centred") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 7);
    const matrix_of_doubles x = random_matrix(random, 5 * d), b = random_matrix(random, 1, d);
    const matrix_of_doubles left = element<orthogonal>(random, d), right = element<orthogonal>(random, d);
    Eigen::VectorXd stretch(d);
    for (double& v : stretch) v = std::exp2(2 * random.uniform() - 1);
    const matrix_of_doubles xa = x * left * stretch.asDiagonal() * right, moved = xa + b.replicate(5 * d, 1);
    const auto change = [&](auto core, matrix_of_doubles const& to) {
        const matrix_of_doubles before = normalized(core, x), after = normalized(core, to);
        CHECK(gap(after, before) > 1e-3);
        return gap(after * after.transpose(), before * before.transpose());
    };
    CHECK(change(whitening{}, xa) < 1e-12);
    CHECK(change(whitening{.eps = 0.1}, xa) > 1e-3);
    CHECK(change(whitening{}, moved) > 1e-3);
    CHECK(change(centred_whitening{}, moved) < 1e-12);
    CHECK(change(centred_whitening{.eps = 0.1}, moved) > 1e-3);
}

TEST_CASE("whitening: any scale, zeros, dependent features") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random), y = normalized(whitening{}, x);
    for (double s : {1e-300, 1e-30, 1e30, 1e300}) CHECK((normalized(whitening{}, s * x) - y).norm() < 1e-12);
    CHECK(normalized(whitening{}, matrix_of_doubles::Zero(n, d)).isZero(0));
    CHECK(normalized(whitening{.eps = 0.1}, matrix_of_doubles::Zero(n, d)).isZero(0));
    matrix_of_doubles twin = x;
    twin.col(1) = twin.col(0);
    normalizer<whitening> norm({}, "final norm");
    matrix_of_doubles z = x;
    norm.forward(twin, z);
    CHECK(z.squaredNorm() == doctest::Approx(double(n * (d - 1))));
    CHECK_THROWS_WITH(norm.vjp(twin, x, z), "isotypic: final norm: no derivative where features or samples are dependent and eps = 0");
    normalizer<whitening> damped({.eps = 0.1});
    damped.forward(twin, z);
    damped.vjp(twin, x, z);
    CHECK(z.allFinite());
}

TEST_CASE("whitening: in float, items of a batch together, errors") {
    Eigen::MatrixXf x = Eigen::MatrixXf::Random(6, 3), y = x;
    normalizer<whitening> norm;
    norm.forward(x, y);
    CHECK((y.transpose() * y / 6.0f - Eigen::MatrixXf::Identity(3, 3)).norm() < 1e-5f);
    matrix_of_doubles a = matrix_of_doubles::Random(6, 3), b = a, c = a;
    norm.forward(a, b);
    norm.forward(blocks<double const>(view<double const>(a.data(), 2, 3), 3, 6), blocks<double>(view<double>(c.data(), 2, 3), 3, 6));
    CHECK((b - c).norm() < 1e-15);
    CHECK_THROWS_WITH(norm.jvp(a, a, b), "isotypic: whitening: a derivative at an input of 6 x 3 without a forward pass there");
    a(1, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(norm.forward(a, b), "isotypic: whitening: the input is not finite at (1, 1)");
    matrix_of_doubles small(2, 2), none(0, 3);
    CHECK_THROWS_WITH(norm.forward(none, none), "isotypic: whitening: the input is 0 x 3");
    CHECK_THROWS_WITH(norm.forward(joined(b, b), joined(c, c)), "isotypic: whitening: a joined pair is two arrays: normalize one after the other");
    CHECK_THROWS_WITH(normalizer<whitening>({.eps = -1}), "isotypic: whitening: eps = -1.000000");
    CHECK_THROWS_WITH(norm.forward(a, small), "isotypic: whitening: the result is 2 x 2, the input 6 x 3");
    normalizer<centred_whitening> centred;
    matrix_of_doubles one = matrix_of_doubles::Ones(1, 3);
    CHECK_THROWS_WITH(centred.forward(one, one), "isotypic: centred whitening: one sample has no covariance");
}
