// SPDX-License-Identifier: MIT
// A shared row in the gradient of an output head must not change its update.
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto rule = momentum{} |
                centre{} |  // BREAK: centre{} | =>
                row_norm{} | centre{};
    optimizer head(as<lm_head>(as_view(memory, 9, 4)), rule, 0.1);
}
// SAYS: this block is known only up to a shared row, begin the update with `centre{} |`
