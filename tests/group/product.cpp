// SPDX-License-Identifier: MIT
#include <isotypic/group/product.hpp>
#include "group/samples.hpp"
#include <isotypic/group/signs.hpp>
#include <isotypic/group/trivial.hpp>

using namespace isotypic;

namespace {
using young = product<permutation, permutation, 1>;                // a class token and the rest
using halves = product<permutation, orthogonal, 2>;                // exchangeable, then isotropic
using heads = wreath<permutation, orthogonal, 2>;                  // two heads
using fixed_heads = wreath<trivial, orthogonal, 2>;                // in fixed places
using experts = wreath<permutation, permutation, 2>;               // two experts of exchangeable neurons
}  // namespace

TEST_CASE("products: the rules, by the relation and by samples") {
    check_relation<young, young>(true);
    check_relation<young, permutation>(true);
    check_relation<young, signed_permutation>(true);
    check_relation<young, orthogonal>(true);
    check_relation<young, product<permutation, orthogonal, 1>>(true);
    check_relation<young, halves>(false);  // cut elsewhere
    check_relation<young, trivial>(false);
    check_relation<permutation, young>(false);
    check_relation<orthogonal, halves>(false);
    check_relation<halves, permutation>(false);
    check_relation<halves, orthogonal>(true);
    check_relation<product<signs, trivial, 2>, signed_permutation>(true);
    check_relation<product<trivial, trivial, 2>, young>(false, false);  // conservative: cut elsewhere
    check_relation<trivial, young>(true);
    check_relation<product<young, permutation, 3>, permutation>(true);
}

TEST_CASE("wreath products: the rules, by the relation and by samples") {
    check_relation<heads, heads>(true);
    check_relation<heads, orthogonal>(true);
    check_relation<heads, permutation>(false);
    check_relation<heads, experts>(false);
    check_relation<heads, fixed_heads>(false);
    check_relation<fixed_heads, heads>(true);
    check_relation<experts, heads>(true);
    check_relation<experts, permutation>(true);
    check_relation<experts, signed_permutation>(true);
    check_relation<permutation, experts>(false);
    check_relation<orthogonal, heads>(false);
    check_relation<wreath<permutation, signs, 2>, signed_permutation>(true);
    check_relation<wreath<permutation, signs, 2>, permutation>(false);
    check_relation<trivial, heads>(true);
    check_relation<wreath<permutation, wreath<permutation, permutation, 2>, 2>, experts>(true);
}

TEST_CASE("the first position of a Young subgroup stays, the others move") {
    random_stream random(seed());
    bool moved = false;
    for (int t = 0; t < 20; ++t) {
        storage<double> g(5, 5);
        young::sample(g.one(), random);
        CHECK(g.one()(0, 0) == 1);
        moved = moved || g.one()(1, 1) != 1;
    }
    CHECK(moved);
}

TEST_CASE("bands of a wreath product are exchanged whole") {
    random_stream random(seed());
    bool exchanged = false;
    for (int t = 0; t < 20; ++t) {
        storage<double> g(6, 6);
        heads::sample(g.one(), random);
        CHECK((detail::vanishes(g.one().part(0, 0, 3, 3), 0) != detail::vanishes(g.one().part(0, 3, 3, 3), 0)));
        exchanged = exchanged || detail::vanishes(g.one().part(0, 0, 3, 3), 0);
    }
    CHECK(exchanged);
    storage<double> g(5, 5);
    CHECK_THROWS_WITH_AS(heads::sample(g.one(), random), "isotypic: 5 positions cannot be cut into 2 equal bands", error);
    CHECK(!heads::contains(g.one(), 1));
}

TEST_CASE("products take positions as far as there are any") {
    CHECK(samples_in<product<permutation, orthogonal, 9>, permutation>(4) == 20);
    CHECK(samples_in<young, young>(1) == 20);
    CHECK(samples_in<young, young>(0) == 20);
    CHECK(samples_in<heads, heads>(0) == 20);
}
