// SPDX-License-Identifier: MIT
// Bands trade places whole.
#include <isotypic/group/product.hpp>
using namespace isotypic;

void program(view<double> g, random_stream& random) {
    wreath<permutation, orthogonal, 4>::sample(g, random);  // BREAK: permutation => orthogonal
}
// SAYS: the outer group of a wreath product exchanges bands: it lies within permutation
