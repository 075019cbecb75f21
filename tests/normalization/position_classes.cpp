// SPDX-License-Identifier: MIT
#include <isotypic/normalization/position_classes.hpp>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/typed_norm.hpp>
#include "normalization/cubes.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a partition that is none: the error names norm and class") {
    cube x = random_cube(1, 4, 5), y = like(x.all);
    auto says = [&](auto&& norm, char const* text) { CHECK_THROWS_WITH_AS(norm.forward(x.all, y.all), text, error); };
    says(typed_norm("N", first(5, batch_norm{}, "token"), rest(layer_norm{}, "patches")),
         "isotypic: N: class patches is empty: the others take all 5 positions");
    says(typed_norm("N", first(0, batch_norm{}, "token"), rest(layer_norm{})), "isotypic: N: class token is empty");
    says(typed_norm("N", first(1, batch_norm{}), next(5, layer_norm{}, "registers")),
         "isotypic: N: class registers takes position 5, and the input has 5 positions");
    says(typed_norm("N", at({-1}, batch_norm{}, "token"), rest(layer_norm{})), "isotypic: N: class token takes position -1, and the input has 5 positions");
    says(typed_norm("N", first(2, batch_norm{}, "token"), at({4, 1}, layer_norm{}, "odd"), rest(layer_norm{})),
         "isotypic: N: class odd takes position 1, which class token has taken");
    says(typed_norm("N", at({3, 3}, batch_norm{}, "odd"), rest(layer_norm{})), "isotypic: N: class odd takes position 3 twice");
    says(typed_norm("N", first(1, batch_norm{}), next(3, layer_norm{})), "isotypic: N: position 4 of 5 belongs to no class");
    says(typed_norm("N", rest(batch_norm{}), rest(layer_norm{}, "others")), "isotypic: N: class others is empty: the others take all 5 positions");
    typed_norm norm("N", first(4, batch_norm{}, "token"), rest(layer_norm{}, "patches"));
    norm.forward(x.all, y.all);
    const auto seen = std::get<0>(norm.norms).running;
    cube shorter = random_cube(1, 4, 4), result = like(shorter.all);
    CHECK_THROWS_WITH_AS(norm.forward(shorter.all, result.all), "isotypic: N: class patches is empty: the others take all 4 positions", error);
    CHECK(std::get<0>(norm.norms).running.mean == seen.mean);
    CHECK(std::get<0>(norm.norms).running.variance == seen.variance);
    CHECK_THROWS_WITH_AS(norm.vjp(x.all, y.all, y.all), doctest::Contains("without a forward pass there"), error);
    typed_norm whole("N", first(1, batch_norm{}), next(1, rms_norm{}), at({4}, unit_norm{}), rest(layer_norm{}));
    CHECK(whole.positions(6).label == std::vector<index_t>{0, 1, 3, 3, 2, 3});
}
