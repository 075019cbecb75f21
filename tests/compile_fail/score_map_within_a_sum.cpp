// SPDX-License-Identifier: MIT
// A map of the scores stands before a whole loss.
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/sum.hpp>
using namespace isotypic;

auto program() {
    return 0.5 * mae{} + unhinged{};  // BREAK: unhinged{} => (unit_scores{} | unhinged{})
}
// SAYS: a score map stands before a whole loss: map | (l + m)
