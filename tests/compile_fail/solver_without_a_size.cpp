// SPDX-License-Identifier: MIT
// A solver says how many costs it takes.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

struct greedy {
    index_t size() const { return 4; }  // BREAK: size() => count()
    void solve(std::span<double const>, std::span<double>) const {}
};
regrets program(double* memory, cost_instances const& data) { return regret(as_view(memory, 9, 4), data, greedy{}); }
// SAYS: a solver has solve(costs, decision) and size()
