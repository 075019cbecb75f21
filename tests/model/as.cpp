// SPDX-License-Identifier: MIT
// A weight with its role: the memory is the caller's, whatever holds it; what no step may write to is refused.
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/model/as.hpp>
#include <isotypic/model/roles.hpp>
#include <Eigen/Core>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

using namespace isotypic;

TEST_CASE("as: role and element type stand in the type, the memory is shared") {
    Eigen::MatrixXf e(3, 2);
    auto a = as<embedding>(e);
    static_assert(std::is_same_v<decltype(a), typed_block<embedding, float>>);
    CHECK(a.all.first.data == e.data());
    CHECK(a.all.rows() == 3);
    CHECK(a.all.first.row_stride == 1);

    Eigen::Matrix<double, 4, 5, Eigen::RowMajor> r;
    auto b = as<projection>(r.block<2, 3>(1, 2));
    CHECK(b.all.first.data == &r(1, 2));
    CHECK(b.all.first.row_stride == 5);

    xt::xtensor<float, 3> heads({4, 3, 2});
    auto c = as<attention_heads>(heads);
    CHECK(c.all.count == 4);
    CHECK(c.all.stride == 6);
    auto part = xt::view(heads, 2);
    CHECK(as<projection>(part).all.first.data == &heads(2, 0, 0));

    double raw[6] = {};
    CHECK(as<bias>(as_view(raw, 6, 1)).all.rows() == 6);
    Eigen::MatrixXf gate(3, 2), up(3, 2);
    CHECK(as<swiglu_gate>(joined(gate, up)).all.joined);
}

TEST_CASE("as: a stride of 0 and a layout that meets itself are refused by name") {
    float one[64] = {};
    CHECK(message([&] { as<embedding>(as_view(one, 3, 4, 0, 1)); }) ==
          "isotypic: the embedding block (3 x 4) has a stride of 0: its elements are one element in memory");
    CHECK(message([&] { as<lm_head>(as_view(one, 3, 4, 1, 0)); }) ==
          "isotypic: the lm_head block (3 x 4) has a stride of 0: its elements are one element in memory");
    CHECK(message([&] { as<expert>(blocks<float>(as_view(one, 3, 4), 2, 0)); }) ==
          "isotypic: the expert block (2 times 3 x 4) has a stride of 0: its elements are one element in memory");
    CHECK(message([&] { as<embedding>(as_view(one, 3, 4, 2, 1)); }) ==
          "isotypic: the embedding block (3 x 4) overlaps itself: two indices reach one element");
    CHECK(message([&] { as<expert>(blocks<float>(as_view(one, 3, 4), 2, 11)); }) ==
          "isotypic: the expert block (2 times 3 x 4) overlaps itself: two indices reach one element");
    CHECK(message([&] { as<swiglu_gate>(joined(as_view(one, 3, 4), as_view(one + 11, 3, 4))); }) ==
          "isotypic: the swiglu_gate block (a pair of 3 x 4) overlaps itself: two indices reach one element");
    // Neighbours are fine, and so are strides of axes that do not move.
    CHECK(message([&] { as<expert>(blocks<float>(as_view(one, 3, 4), 2, 12)); }).empty());
    CHECK(message([&] { as<swiglu_gate>(joined(as_view(one, 3, 4), as_view(one + 12, 3, 4))); }).empty());
    CHECK(message([&] { as<embedding>(as_view(one, 1, 4, 0, 1)); }).empty());
    CHECK(message([&] { as<embedding>(as_view(one, 0, 4, 0, 0)); }).empty());
}

TEST_CASE("as: an xtensor array of another rank is refused when it is known") {
    xt::xarray<float> four = xt::xarray<float>::from_shape({2, 2, 2, 2});
    CHECK(message([&] { as<projection>(four); }) ==
          "isotypic: a matrix has two axes, this array has 4; pass heads and experts through as_blocks");
}
