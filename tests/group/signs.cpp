// SPDX-License-Identifier: MIT
#include <isotypic/group/signs.hpp>
#include "group/samples.hpp"

using namespace isotypic;

TEST_CASE("signs stay in their places and fall either way") {
    random_stream random(seed());
    int minus = 0;
    for (int t = 0; t < 1000; ++t) {
        storage<double> g(3, 3);
        signs::sample(g.one(), random);
        CHECK(signs::contains(g.one(), 0));
        for (index_t i = 0; i < 3; ++i) minus += g.one()(i, i) == -1;
    }
    INFO("seed ", seed());
    CHECK(std::abs(minus - 1500) < 5 * 27.4);
    const double exchange[4] = {0, 1, 1, 0};
    CHECK(!signs::contains(view<double const>(exchange, 2, 2), 1e-3));
}
