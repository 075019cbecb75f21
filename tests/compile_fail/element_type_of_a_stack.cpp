// SPDX-License-Identifier: MIT
// A stack holds one element type.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto stack = layerwise<float>(on<embedding>(row_norm{}, 0.5));  // BREAK: layerwise<float> => layerwise<double>
    stack.add("embed", as<embedding>(as_view(memory, 9, 4)));
}
// SAYS: this block's element type is not the stack's: layerwise<float> or layerwise<double>
