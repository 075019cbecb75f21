// SPDX-License-Identifier: MIT
// A criterion is made of a loss, not of numbers.
#include <isotypic/loss/criterion.hpp>
using namespace isotypic;

void program(view<float> scores) {
    criterion loss(unhinged{});  // BREAK: unhinged{} => scores
}
// SAYS: a criterion takes a loss
