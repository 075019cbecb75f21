// SPDX-License-Identifier: MIT
#include "unit_rows.hpp"
#include <isotypic/check/gtest.hpp>

TEST(unit_rows, holds) { EXPECT_TRUE(holds(isotypic::check_equivariant(unit_rows, isotypic::embedding{}))); }
TEST(unit_rows, fails) { EXPECT_TRUE(holds(isotypic::check_equivariant(unit_rows, isotypic::projection{}))); }
