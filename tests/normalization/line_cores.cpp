// SPDX-License-Identifier: MIT
#include "normalization/prove_core.hpp"

using namespace isotypic;
using namespace proof;

TEST_CASE("unit_norm: its symmetry, and no more; its derivative") { prove_core(unit_norm{}, unit_norm{.eps = 0.1}); }
TEST_CASE("rms_norm: its symmetry, and no more; its derivative") { prove_core(rms_norm{}, rms_norm{.eps = 0.1}); }
TEST_CASE("layer_norm: its symmetry, and no more; its derivative") { prove_core(layer_norm{}, layer_norm{.eps = 0.1}); }

TEST_CASE("layer norm is RMS norm of the centred features") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random);
    const matrix_of_doubles centred = x.colwise() - x.rowwise().mean();
    CHECK((normalized(layer_norm{.eps = 0.3}, x) - normalized(rms_norm{.eps = 0.3}, centred)).norm() < 1e-13);
}

TEST_CASE("layer norm is odd and commutes with every rotation of the features that fixes the vector of ones") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 7);
    const matrix_of_doubles x = random_matrix(random), q = rotation_fixing_ones(random, d), any = element<orthogonal>(random, d);
    for (double eps : {0.0, 0.1}) {
        const auto layer = [&](matrix_of_doubles const& a) { return normalized(layer_norm{.eps = eps}, a); };
        CHECK(gap(layer(x * q), layer(x) * q) < 1e-12);
        CHECK(gap(layer(x * any), layer(x) * any) > 1e-3);
        CHECK(gap(layer(-x), -layer(x)) < 1e-15);
        CHECK(gap(layer(1 - x.array()), -layer(x)) < 1e-12);
        CHECK(gap(layer(x.cwiseAbs()), layer(x).cwiseAbs()) > 1e-3);
    }
}

TEST_CASE("batch norm commutes with every rotation of the samples that fixes the vector of ones") {
    INFO("ISOTYPIC_SEED=", seed());
    random_stream random(seed(), 8);
    const matrix_of_doubles x = random_matrix(random), q = rotation_fixing_ones(random, n), any = element<orthogonal>(random, n);
    for (double eps : {0.0, 0.1}) {
        const auto batch = [&](matrix_of_doubles const& a) { return normalized(batch_norm{.eps = eps}, a); };
        CHECK(gap(batch(q * x), q * batch(x)) < 1e-12);
        CHECK(gap(batch(any * x), any * batch(x)) > 1e-3);
    }
}

TEST_CASE("the Jacobian's spectrum: r on the sphere's tangents, eps r^3 along the sample") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random, 1, d);
    const double eps = 0.2, r = 1 / std::sqrt(x.squaredNorm() / d + eps);
    normalizer<rms_norm> norm({.eps = eps});
    matrix_of_doubles y = x, out = x;
    norm.forward(x, y);
    CHECK((y - r * x).norm() < 1e-14);
    norm.jvp(x, x, out);
    CHECK((out - eps * r * r * r * x).norm() < 1e-14);
    matrix_of_doubles tangent = random_matrix(random, 1, d);
    tangent -= x * (tangent.cwiseProduct(x).sum() / x.squaredNorm());
    norm.jvp(x, tangent, out);
    CHECK((out - r * tangent).norm() < 1e-14);
}

TEST_CASE("eps matters by its share of the squared scale: N_eps(c x) = N_(eps / c^2)(x)") {
    random_stream random(seed());
    const matrix_of_doubles x = random_matrix(random);
    CHECK((normalized(layer_norm{.eps = 0.5}, 3 * x) - normalized(layer_norm{.eps = 0.5 / 9}, x)).norm() < 1e-13);
}
