// SPDX-License-Identifier: MIT
// The two halves of a joined pair are one block.
#include <isotypic/matrix/blocks.hpp>
using namespace isotypic;

auto program(view<float> gate, view<float> up, view<double>) {  // BREAK: view<float> up, view<double> => view<double> up, view<float>
    return joined(gate, up);
}
// SAYS: a joined pair holds two matrices of one element type
