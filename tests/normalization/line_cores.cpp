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
