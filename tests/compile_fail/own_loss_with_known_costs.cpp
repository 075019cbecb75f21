// SPDX-License-Identifier: MIT
// A loss of one's own says whether it takes known costs for predicted ones.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

struct angle {
    static constexpr char const* name = "angle";
    static constexpr bool keeps_known = true;  // BREAK: true => false
    double pull(decision_row const&, std::span<double const>, std::span<double>, workspace&) { return 0; }
};
auto program(cost_instances const& data, std::span<index_t const> known) {
    return with_known(stakes_of(data) * (jointly_scaled{} | angle{}), known);
}
// SAYS: known costs fix the scale that unit costs forget: take raw costs, or jointly_scaled{} in place of unit_costs{}
