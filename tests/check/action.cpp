// SPDX-License-Identifier: MIT
#include <isotypic/check/action.hpp>
#include <isotypic/check/defect.hpp>
#include <doctest/doctest.h>
#include <algorithm>

using namespace isotypic;

namespace {
specimen some(specimen const& like) {
    random_stream random(seed(), 1);
    return draw(like, 1, random)[0];
}
std::vector<double> sorted(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v;
}
}  // namespace

TEST_CASE("an element moves numbers as its groups say") {
    random_stream random(seed());
    const specimen x = some(specimen(6, 4, 3)), pair = some(specimen(6, 4, 1, true));

    const specimen moved = group_element(action_of<symmetry<permutation, permutation>>(), x, random)(x);
    CHECK(sorted(moved.values) == sorted(x.values));
    CHECK(moved.values != x.values);

    const specimen turned = group_element(action_of<symmetry<orthogonal, orthogonal>>(), x, random)(x);
    CHECK(std::abs(item_norm(turned, 0) + item_norm(turned, 1) + item_norm(turned, 2) - item_norm(x, 0) - item_norm(x, 1) - item_norm(x, 2)) < 1e-12);
    CHECK(distance(turned, x) > 0.1);

    const group_element rows(action_of<symmetry<permutation, trivial>>(), pair, random);
    const specimen both = rows(pair);
    for (index_t i = 0; i < 6; ++i)
        for (index_t from = 0; from < 6; ++from)
            if (both.panel(0, 0)(i, 0) == pair.panel(0, 0)(from, 0)) CHECK(both.panel(0, 1)(i, 3) == pair.panel(0, 1)(from, 3));
}

TEST_CASE("the items of a batch are exchanged") {
    const specimen x = some(specimen(2, 2, 8));
    random_stream random(seed());
    const specimen y = group_element(action_of<symmetry<trivial, trivial>>(), x, random)(x);
    CHECK(y.values != x.values);
    CHECK(sorted(y.values) == sorted(x.values));
}

TEST_CASE("shifts are what horizontal blocks lack") {
    random_stream random(seed());
    for (bool pair : {false, true}) {
        const specimen x = some(specimen(6, 4, 2, pair));
        for (auto [row, col] : {std::pair(true, false), std::pair(false, true), std::pair(true, true)}) {
            const specimen y = shifted(x, row, col, random), flat = horizontal(x, row, col);
            CHECK(distance(x, y) > 0.05);
            CHECK(distance(flat, horizontal(y, row, col)) < 1e-14);
            CHECK(distance(flat, horizontal(flat, row, col)) < 1e-14);
            CHECK(distance(x, flat) > 0.05);
        }
        CHECK(shifted(x, false, false, random).values == x.values);
        CHECK(horizontal(x, false, false).values == x.values);
    }
}
