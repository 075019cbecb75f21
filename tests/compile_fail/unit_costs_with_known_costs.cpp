// SPDX-License-Identifier: MIT
// Known costs fix the scale of all, and dividing predictions by their own norm forgets it.
#include <isotypic/loss/decision/cost_group.hpp>
#include <isotypic/loss/decision/one_sided.hpp>
using namespace isotypic;

double program(double* memory, std::span<index_t const> known) {
    const auto x = as_view(memory, 9, 4);
    const cost_instances data(x, x);
    decision_criterion loss(with_known(jointly_scaled{} | one_sided{}, known));  // BREAK: jointly_scaled => unit_costs
    return loss.value(x, data);
}
// SAYS: known costs fix the scale that unit costs forget: take raw costs, or jointly_scaled{} in place of unit_costs{}
