// SPDX-License-Identifier: MIT
#include <isotypic/check/lattice.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a table that group theory allows has no contradiction, one that it forbids names the pair") {
    CHECK(contradictions("===xx===xx======").empty());
    CHECK(contradictions("==xx===xx===x===").empty());
    CHECK(contradictions("????????????????").empty());
    using pairs = std::vector<std::pair<table_column, table_column>>;
    CHECK(contradictions("=x=xxxxxxxxxxx=x") == pairs{{rows_rotation, rows_signs}});
    CHECK(contradictions("x=xxxxxxxxxxxxxx") == pairs{{rows_signs, minus_one_column}});
    CHECK(contradictions("xxxx=xxxxxxxxxxx") == pairs{{rows_scale, scale_column}});
    CHECK(contradictions("=xxxx=xxxxxxxxxx") == pairs{{rows_permutation, both_permutation}});
    CHECK(contradictions("xxxxxxxxxx=xxxxx") == pairs{{both_permutation, rows_permutation}, {both_permutation, columns_permutation}});
    CHECK(contradictions("=?=xxxxxxxxxxx=x").empty());
}
