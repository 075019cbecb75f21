// SPDX-License-Identifier: MIT
// The same for columns.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

auto head = on<transposed<lm_head>>(by_columns(centre{} | row_norm{} | centre{}), 0.1);  // BREAK: row_norm{} => scaled_row_norm{}
// SAYS: the update reads the weight, which the shared column changes
