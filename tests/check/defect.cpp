// SPDX-License-Identifier: MIT
#include <isotypic/check/defect.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a distance is relative, by item, and never hides what is not finite") {
    specimen a(1, 2, 2), b(1, 2, 2);
    CHECK(distance(a, b) == 0);
    a.values = {3, 4, 1e-20, 0}, b.values = {3, 4, 2e-20, 0};
    CHECK(distance(a, b) == doctest::Approx(0.5));
    b.values = {0, 0, 1e-20, 0};
    CHECK(distance(a, b) == 1);

    const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
    for (double bad : {nan, infinite}) {
        b.values = {3, bad, 1e-20, 0};
        CHECK(distance(a, b) == infinite);
        CHECK(distance(b, a) == infinite);
        CHECK(distance(b, b) == infinite);
    }
}

TEST_CASE("a defect keeps the worst error and its step") {
    defect d;
    d.see(0, 1), d.see(0.1, 2), d.see(0.05, 3);
    CHECK(d.error == 0.1);
    CHECK(d.step == 2);
    d.see(std::nan(""), 4), d.see(0.3, 5);
    CHECK(std::isinf(d.error));
    CHECK(d.step == 4);
}
