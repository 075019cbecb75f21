// SPDX-License-Identifier: MIT
// Heads that trade places and turn: neither exchangeable nor isotropic.
#include <isotypic/group/product.hpp>
#include <isotypic/update/update_for.hpp>
using namespace isotypic;

using heads = wreath<permutation, signed_permutation, 4>;  // BREAK: signed_permutation => orthogonal
auto rule = update_for<symmetry<heads, orthogonal>>{};
// SAYS: this symmetry has no canonical norm: each side must be orthogonal or lie within signed_permutation
