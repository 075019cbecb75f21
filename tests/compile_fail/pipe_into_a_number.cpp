// SPDX-License-Identifier: MIT
// Only parts are piped.
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>

auto rule = isotypic::momentum{} | isotypic::row_norm{};  // BREAK: isotypic::row_norm{} => 0.5f
// SAYS: both sides of | must be parts of an update rule
