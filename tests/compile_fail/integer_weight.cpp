// SPDX-License-Identifier: MIT
// Updates are real numbers.
#include <isotypic/model/as.hpp>
#include <isotypic/model/roles.hpp>
using namespace isotypic;

using number = float;  // BREAK: float => int
auto program(number* memory) { return as<embedding>(as_view(memory, 9, 4)); }
// SAYS: a weight holds float or double
