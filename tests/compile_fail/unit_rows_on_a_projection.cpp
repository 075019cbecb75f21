// SPDX-License-Identifier: MIT
// A hidden matrix has no preferred rows, so no rule may look at single ones.
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto rule = momentum{} | row_norm{};
    optimizer w(as<embedding>(as_view(memory, 9, 4)), rule, 0.1);  // BREAK: embedding => projection
}
// SAYS: this update does not commute with the group that acts on the block's rows
