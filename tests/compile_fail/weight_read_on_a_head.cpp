// SPDX-License-Identifier: MIT
// A rule that looks at the weight sees the shared row that nothing else sees.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

auto head = on<lm_head>(centre{} | row_norm{} | centre{}, 0.1);  // BREAK: row_norm{} => scaled_row_norm{}
// SAYS: the update reads the weight, which the shared row changes
