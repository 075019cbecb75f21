// SPDX-License-Identifier: MIT
// Behind a map known costs would be put where mapped ones are.
#include <isotypic/loss/decision/decision.hpp>
using namespace isotypic;

auto program(std::span<index_t const> known) {
    return with_known(one_sided{}, known);  // BREAK: with_known => gauge_fixed{} | with_known
}
// SAYS: with_known stands before a whole loss: with_known(map | loss, known)
