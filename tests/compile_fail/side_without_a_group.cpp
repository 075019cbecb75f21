// SPDX-License-Identifier: MIT
// What acts on a side is a group.
#include <isotypic/group/symmetry.hpp>
using namespace isotypic;

struct mine : symmetry<permutation, orthogonal> {};  // BREAK: permutation => int
// SAYS: each side of a symmetry is a group: a type with static void sample(view<double>, random_stream&)
