// SPDX-License-Identifier: MIT
// Without a role there is nothing that picks the update.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
using namespace isotypic;

void program(view<float> e, view<float> de) {
    step(as<embedding>(e), de, 0.5f);  // BREAK: as<embedding>(e) => e
}
// SAYS: what acts on this weight? say its role: step(as<role>(W), gradient, rate)
