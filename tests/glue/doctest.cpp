// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "unit_rows.hpp"
#include <doctest/doctest.h>

TEST_CASE("holds") { CHECK(isotypic::check_equivariant(unit_rows, isotypic::embedding{})); }
TEST_CASE("fails") { CHECK(isotypic::check_equivariant(unit_rows, isotypic::projection{})); }
