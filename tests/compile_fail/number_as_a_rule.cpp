// SPDX-License-Identifier: MIT
// Rate and rule have traded places.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

auto embed = on<embedding>(row_norm{}, 0.5);  // BREAK: row_norm{}, 0.5 => 0.5, 0.5
// SAYS: this is not an update rule: make one of a callable with rule<symmetry<...>>(f)
