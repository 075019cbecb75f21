// SPDX-License-Identifier: MIT
#include <isotypic/group/trivial.hpp>
#include "group/samples.hpp"

using namespace isotypic;

TEST_CASE("the identity, and nothing else") {
    CHECK(samples_in<trivial, trivial>(5, 3, 0) == 3);
    const double almost[4] = {1, 1e-3, 0, 1}, minus[1] = {-1};
    CHECK(!trivial::contains(view<double const>(almost, 2, 2), 1e-4));
    CHECK(trivial::contains(view<double const>(almost, 2, 2), 1e-2));
    CHECK(!trivial::contains(view<double const>(minus, 1, 1), 0.1));
}
