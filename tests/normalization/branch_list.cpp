// SPDX-License-Identifier: MIT
// What is a list, and what stands for a list of one.
#include <isotypic/normalization/branch_list.hpp>
#include <isotypic/normalization/effective_weight.hpp>
#include <Eigen/Core>
#include <xtensor/xtensor.hpp>
#include <array>
#include <doctest/doctest.h>
#include <span>
#include <vector>

using namespace isotypic;

TEST_CASE("lists are arrays, vectors and spans; a matrix, a block and a branch are one thing") {
    static_assert(detail::listed<std::vector<branch<float>>> && detail::listed<std::array<view<double>, 2>> && detail::listed<std::span<blocks<float> const>>);
    static_assert(!detail::listed<Eigen::VectorXd> && !detail::listed<Eigen::Matrix3f> && !detail::listed<xt::xtensor<float, 3>>);
    static_assert(!detail::listed<branch<float>> && !detail::listed<view<double>> && !detail::listed<blocks<double>>);
    std::vector<branch<double>> three(3);
    three[2].heads = 7;
    CHECK(detail::list_size(three) == 3);
    CHECK(detail::list_item(three, 2).heads == 7);
    CHECK(detail::list_size(three[2]) == 1);
    CHECK(&detail::list_item(three[2], 0) == &three[2]);
}
