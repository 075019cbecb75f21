// SPDX-License-Identifier: MIT
#include <isotypic/check/reproducer.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("a trial prints as the expression that makes it") {
    const trial t{2, 1, {rotate_rows(0, 1, 3, 4), flip_column(0), transposition()}, {{1, 0.1}, {0, -1e-30}}, {2, 3}, true};
    CHECK(code(t) == "isotypic::trial{2, 1, {rotate_rows(0, 1, 3, 4), flip_column(0), transposition()}, {{1, 0.1}, {0, -1e-30}}, {2, 3}, true}");
    const trial again = isotypic::trial{2, 1, {rotate_rows(0, 1, 3, 4), flip_column(0), transposition()}, {{1, 0.1}, {0, -1e-30}}, {2, 3}, true};
    CHECK(code(again) == code(t));
    const trial plain{1, 1, {swap_columns(0, 0), shift_rows(0, 2), stretch_column(0, 0.5), scale_all(2), minus_one(), centre_rows(), dense_rows({1})}, {{1}}};
    CHECK(code(plain) ==
          "isotypic::trial{1, 1, {swap_columns(0, 0), shift_rows(0, 2), stretch_column(0, 0.5), scale_all(2), minus_one(), centre_rows(), "
          "dense_rows({1})}, {{1}}}");
}
