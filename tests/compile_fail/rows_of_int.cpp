// SPDX-License-Identifier: MIT
// Rows are not copied, and so have to be of the library's own index type.
#include <isotypic/loss/decision/decision.hpp>
#include <vector>
using namespace isotypic;

double program(double* memory, cost_instances const& data) {
    const std::vector<index_t> rows{2, 0};  // BREAK: index_t => int
    decision_criterion loss(one_sided{});
    return loss.value(as_view(memory, 2, 4), data, rows);
}
// SAYS: indices of rows and of known costs are of isotypic::index_t: std::vector<isotypic::index_t>
