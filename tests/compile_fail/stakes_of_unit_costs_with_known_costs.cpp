// SPDX-License-Identifier: MIT
// What the rest of a loss forgets it forgets by stakes too: known costs fix the scale.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

auto program(cost_instances const& data, std::span<index_t const> known) {
    return with_known(stakes_of(data) * (jointly_scaled{} | one_sided{}), known);  // BREAK: jointly_scaled => unit_costs
}
// SAYS: known costs fix the scale that unit costs forget: take raw costs, or jointly_scaled{} in place of unit_costs{}
