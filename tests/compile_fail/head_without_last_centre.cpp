// SPDX-License-Identifier: MIT
// An output head is known only up to a row that all rows share, so its updates must contain none.
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(float* memory) {
    auto rule = momentum{} | centre{} | row_norm{} | centre{};  // BREAK: row_norm{} | centre{}; => row_norm{};
    optimizer head(as<lm_head>(as_view(memory, 9, 4)), rule, 0.1);
}
// SAYS: this block is known only up to a shared row, end the update with `| centre{}`
