// SPDX-License-Identifier: MIT
// A role says what acts on a block.
#include <isotypic/model/as.hpp>
using namespace isotypic;

struct mine : symmetry<permutation, orthogonal> {};  // BREAK: : symmetry<permutation, orthogonal> =>
auto program(view<float> w) { return as<mine>(w); }
// SAYS: as<Role>: a role says what acts on its rows and columns, derive it from symmetry<Rows, Cols>
