// SPDX-License-Identifier: MIT
#define CATCH_CONFIG_MAIN
#include "unit_rows.hpp"
#include <catch2/catch.hpp>

TEST_CASE("holds") { CHECK(isotypic::check_equivariant(unit_rows, isotypic::embedding{})); }
TEST_CASE("fails") { CHECK(isotypic::check_equivariant(unit_rows, isotypic::projection{})); }
