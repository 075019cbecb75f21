// SPDX-License-Identifier: MIT
#include <isotypic/normalization/normalization_for.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("the symmetry picks the core") {
    using std::is_same_v;
    CHECK(is_same_v<normalization_for<orthogonal, modulo::scale>, rms_norm>);
    CHECK(is_same_v<normalization_for<signs, modulo::scale>, rms_norm>);
    CHECK(is_same_v<normalization_for<permutation, modulo::scale_and_shift>, layer_norm>);
    CHECK(is_same_v<normalization_for<permutation, modulo::feature_affine>, batch_norm>);
    CHECK(is_same_v<normalization_for<symmetry<orthogonal, orthogonal>, modulo::one_scale>, whitening>);
    CHECK(is_same_v<normalization_for<symmetry<signed_permutation, permutation>, modulo::scale>, rms_norm>);
}

TEST_CASE("a core that is picked commutes with what was asked for") {
    CHECK(subgroup_of<orthogonal, normalization_for<orthogonal, modulo::scale>::commutes_with::cols>);
    CHECK(subgroup_of<permutation, normalization_for<permutation, modulo::scale_and_shift>::commutes_with::cols>);
    CHECK(subgroup_of<signs, normalization_for<signs, modulo::feature_affine>::commutes_with::cols>);
}
