// SPDX-License-Identifier: MIT
// A solver writes its decision; it does not return it.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

struct greedy {
    index_t size() const { return 4; }
    void solve(std::span<double const>, std::span<double>) const {}  // BREAK: , std::span<double>) => )
};
cost_instances program(double* memory) { return cost_instances(as_view(memory, 9, 4), greedy{}); }
// SAYS: a solver has solve(costs, decision) and size()
