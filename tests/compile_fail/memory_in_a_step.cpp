// SPDX-License-Identifier: MIT
// A step without memory has nowhere to keep an average of gradients.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/update/momentum.hpp>
using namespace isotypic;

void program(view<float> e, view<float> de) {
    step(as<embedding>(e), de, 0.5, identity{} | row_norm{});  // BREAK: identity{} => momentum{}
}
// SAYS: this rule remembers past gradients: keep it in an optimizer
