// SPDX-License-Identifier: MIT
// Logits, samples x classes, are known only up to a shared column.
#include <isotypic/model/role_slot.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

struct logits : up_to_column_shift<permutation, permutation> {};
auto rule = on<logits>(by_columns(centre{}) |  // BREAK: by_columns(centre{}) | =>
                       sign{} | by_columns(centre{}), 0.1);
// SAYS: this block is known only up to a shared column, begin the update with `by_columns(centre{}) |`
