// SPDX-License-Identifier: MIT
// What is at stake is the optimum of the costs as they are, not of mapped ones.
#include <isotypic/loss/decision/one_sided.hpp>
#include <isotypic/loss/decision/stakes.hpp>
using namespace isotypic;

auto program(stakes const& of) {
    return of * (unit_costs{} | one_sided{});  // BREAK: of * (unit_costs{} | one_sided{}) => unit_costs{} | of * one_sided{}
}
// SAYS: stakes stand before a whole loss: stakes_of(data) * (map | loss)
