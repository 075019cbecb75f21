// SPDX-License-Identifier: MIT
// Products are read from the left: without brackets weights would be of a loss that has its stakes.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

auto program(stakes const& of) {
    return of * (one_sided{} * local_costs{});  // BREAK: (one_sided{} * local_costs{}) => one_sided{} * local_costs{}
}
// SAYS: local costs weigh the components of a loss, behind maps and stakes: stakes_of(data) * (map | loss * local_costs{})
