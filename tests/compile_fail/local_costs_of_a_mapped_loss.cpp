// SPDX-License-Identifier: MIT
// What is weighted are components, and a mapped loss has none.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

auto program() {
    return unit_costs{} | one_sided{} * local_costs{};  // BREAK: unit_costs{} | one_sided{} => (unit_costs{} | one_sided{})
}
// SAYS: local costs weigh the components of a loss, behind maps and stakes: stakes_of(data) * (map | loss * local_costs{})
