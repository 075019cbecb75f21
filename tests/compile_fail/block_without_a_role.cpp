// SPDX-License-Identifier: MIT
// A matrix in a stack without its role.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(view<float> e) {
    auto stack = layerwise<float>(on<embedding>(row_norm{}, 0.5));
    stack.add("embed", as<embedding>(e));  // BREAK: as<embedding>(e) => e
}
// SAYS: what acts on this weight? say its role: add(name, as<role>(W))
