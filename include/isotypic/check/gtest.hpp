// SPDX-License-Identifier: MIT
#pragma once
#include <gtest/gtest.h>
#include <isotypic/check/finding.hpp>

/// \file
/// For GoogleTest: EXPECT_TRUE(holds(check_equivariant(my_rule, embedding{}))).
namespace isotypic {

inline testing::AssertionResult holds(finding const& f) { return (f ? testing::AssertionSuccess() : testing::AssertionFailure()) << f.message; }

}  // namespace isotypic
