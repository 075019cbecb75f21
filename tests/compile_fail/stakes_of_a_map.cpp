// SPDX-License-Identifier: MIT
// A product binds before a pipe: without brackets stakes would be of the map.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

auto program(stakes const& of) {
    return of * (unit_costs{} | one_sided{});  // BREAK: (unit_costs{} | one_sided{}) => unit_costs{} | one_sided{}
}
// SAYS: stakes stand before a whole loss: stakes_of(data) * (map | loss)
