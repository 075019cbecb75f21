// SPDX-License-Identifier: MIT
// A block of a role that has no rule.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto stack = layerwise<float>(on<embedding>(row_norm{}, 0.5));
    stack.add("embed", as<embedding>(as_view(memory, 9, 4)));  // BREAK: as<embedding> => as<tied_embedding>
}
// SAYS: this stack has no rule for the block's role: give layerwise() an on<role>(rule, rate)
