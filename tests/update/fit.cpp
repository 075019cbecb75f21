// SPDX-License-Identifier: MIT
// Which rule fits which block.
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/fit.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

template <class Role, class Rule>
constexpr bool fits(Rule const&) {
    return equivariant_under<Rule, Role>;
}

}  // namespace

TEST_CASE("rules that commute with more than the block asks for fit it") {
    CHECK(fits<embedding>(row_norm{}));
    CHECK(fits<embedding>(polar{}));
    CHECK(fits<embedding>(momentum{} | row_norm{}));
    CHECK(fits<swiglu_down>(column_norm{}));
    CHECK(fits<swiglu_down>(by_columns(row_norm{})));
    CHECK(fits<bias>(adam{}));
    CHECK(fits<scale_in>(sign{}));
}

TEST_CASE("rules that commute with less do not") {
    CHECK_FALSE(fits<embedding>(sign{}));
    CHECK_FALSE(fits<embedding>(adam{}));
    CHECK_FALSE(fits<projection>(row_norm{}));
    CHECK_FALSE(fits<projection>(momentum{} | column_norm{}));
    CHECK_FALSE(fits<swiglu_down>(row_norm{}));
    CHECK_FALSE(fits<embedding>(3));
}

TEST_CASE("a shared row must be ignored and left alone, and the weight not read") {
    CHECK(fits<lm_head>(centre{} | row_norm{} | centre{}));
    CHECK(fits<router>(centre{} | polar{}));  // a polar factor keeps a centred matrix centred
    CHECK_FALSE(fits<lm_head>(row_norm{} | centre{}));
    CHECK_FALSE(fits<lm_head>(centre{} | row_norm{}));
    CHECK_FALSE(fits<lm_head>(centre{} | scaled_row_norm{} | centre{}));
    CHECK(fits<tied_embedding>(scaled_row_norm{}));
    CHECK(fits<transposed<lm_head>>(by_columns(centre{} | row_norm{} | centre{})));
    CHECK_FALSE(fits<transposed<lm_head>>(centre{} | row_norm{} | centre{}));
}

TEST_CASE("an unchecked rule steps, and does not pass for one that fits") {
    detail::require_fit<decltype(unchecked(sign{})), embedding>();
    CHECK_FALSE(fits<embedding>(unchecked(sign{})));
    CHECK_FALSE(fits<embedding>(unchecked(row_norm{})));
}
