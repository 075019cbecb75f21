// SPDX-License-Identifier: MIT
// What is divided by the sum over the classes is a share only where nothing is negative.
#include <isotypic/loss/normalised.hpp>
#include <isotypic/loss/symmetrise.hpp>
using namespace isotypic;

auto program() {
    return normalised(cross_entropy{});  // BREAK: cross_entropy{} => unhinged{}
}
// SAYS: a loss that may be negative has no share of its sum: normalise one whose law says `nonnegative`
