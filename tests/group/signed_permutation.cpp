// SPDX-License-Identifier: MIT
#include <isotypic/group/signed_permutation.hpp>
#include "group/samples.hpp"

using namespace isotypic;

TEST_CASE("places and signs are drawn apart: each of the eight signed permutations of two positions") {
    random_stream random(seed());
    int count[2][2][2] = {};
    const int draws = 8000;
    for (int t = 0; t < draws; ++t) {
        storage<double> s(2, 2);
        const auto g = s.one();
        signed_permutation::sample(g, random);
        const index_t j = g(0, 0) == 0;
        ++count[j][g(0, j) > 0][g(1, 1 - j) > 0];
    }
    double chi = 0;
    for (auto& a : count)
        for (auto& b : a)
            for (int c : b) chi += (c - 1000.) * (c - 1000.) / 1000;
    INFO("seed ", seed());
    CHECK(chi < 35);  // 7 degrees of freedom: beyond it once in 90000 seeds
}

TEST_CASE("contains takes signs, refuses rotations") {
    const double good[4] = {0, -1, 1, 0}, rotation[4] = {0.6, -0.8, 0.8, 0.6};
    CHECK(signed_permutation::contains(view<double const>(good, 2, 2), 0));
    CHECK(!signed_permutation::contains(view<double const>(rotation, 2, 2), 1e-3));
    CHECK(samples_in<signed_permutation, signed_permutation>(7) == 20);
}
