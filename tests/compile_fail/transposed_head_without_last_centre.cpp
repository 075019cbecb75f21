// SPDX-License-Identifier: MIT
// A head stored as inputs x outputs is known up to a shared column, and centring goes by columns.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

auto head = on<transposed<lm_head>>(by_columns(centre{}) | column_norm{}
                                    | by_columns(centre{})  // BREAK: | by_columns(centre{}) => | centre{}
                                    , 0.1);
// SAYS: this block is known only up to a shared column, end the update with `| by_columns(centre{})`
