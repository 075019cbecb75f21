// SPDX-License-Identifier: MIT
// Signs single out coordinates of the residual stream, which has no preferred ones.
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto rule = momentum{} | row_norm{};  // BREAK: row_norm{} => sign{}
    optimizer embed(as<embedding>(as_view(memory, 9, 4)), rule, 0.1);
}
// SAYS: this update does not commute with the group that acts on the block's columns
