// SPDX-License-Identifier: MIT
// Names of types in errors and checkpoints: the same text from g++ and clang.
#include <doctest/doctest.h>
#include <isotypic/group/product.hpp>
#include <isotypic/model/names.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/update_for.hpp>

using namespace isotypic;

namespace {
struct ring : symmetry<permutation, orthogonal> {};
}  // namespace
namespace house {
struct wall : symmetry<permutation, orthogonal> {};
}  // namespace house

TEST_CASE("a type's name is its own, without the library's namespaces and those without a name") {
    CHECK(type_name<embedding>() == "embedding");
    CHECK(type_name<ring>() == "ring");
    CHECK(type_name<house::wall>() == "house::wall");
    CHECK(type_name<transposed<lm_head>>() == "transposed<lm_head>");
    CHECK(type_name<update_for<lm_head>>() == "pipe<centre, steepest<row_max>, centre>");
    CHECK(type_name<scaled_part<keller_scale>>() == "scaled_part<keller_scale>");
    CHECK(type_name<symmetry<product<permutation, trivial, 3>, orthogonal>>() == "symmetry<product<permutation, trivial, 3>, orthogonal>");
}

TEST_CASE("a lambda's name does not say where it stands") {
    auto mine = rule<embedding>([](view<float const> x, view<float> y) { y(0, 0) = x(0, 0); });
    const std::string name = type_name<decltype(mine)>();
    INFO(name);
    CHECK(name.rfind("claimed<embedding, ", 0) == 0);
    CHECK(name.find("lambda") != name.npos);
    CHECK(name.find(".cpp") == name.npos);
    CHECK(name.back() == '>');
}
