// SPDX-License-Identifier: MIT
#include <isotypic/group/permutation.hpp>
#include "group/samples.hpp"

using namespace isotypic;

TEST_CASE("each of the 24 permutations of four positions is as likely as the others") {
    random_stream random(seed());
    const int draws = 24000;
    int count[256] = {};
    for (int t = 0; t < draws; ++t) {
        storage<double> g(4, 4);
        permutation::sample(g.one(), random);
        int code = 0;
        for (index_t i = 0; i < 4; ++i)
            for (index_t j = 0; j < 4; ++j)
                if (g.one()(i, j) == 1) code = 4 * code + int(j);
        ++count[code];
    }
    int seen = 0;
    double chi = 0;
    for (int c : count) seen += c > 0, chi += c > 0 ? (c - 1000.) * (c - 1000.) / 1000 : 0;
    INFO("seed ", seed());
    CHECK(seen == 24);
    CHECK(chi < 60);  // chi squared with 23 degrees of freedom: beyond it once in 40000 seeds
}

TEST_CASE("contains: one 1 in every row and column") {
    const double good[4] = {0, 1, 1, 0}, sign[4] = {0, -1, 1, 0}, twice[4] = {1, 0, 1, 0}, near[4] = {0, 1 + 1e-9, 1, 1e-9};
    CHECK(permutation::contains(view<double const>(good, 2, 2), 0));
    CHECK(!permutation::contains(view<double const>(sign, 2, 2), 1e-3));
    CHECK(!permutation::contains(view<double const>(twice, 2, 2), 1e-3));
    CHECK(permutation::contains(view<double const>(near, 2, 2), 1e-8));
    CHECK(samples_in<permutation, permutation>(0) == 20);
    CHECK(samples_in<permutation, permutation>(1) == 20);
}
