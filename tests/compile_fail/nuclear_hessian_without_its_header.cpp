// SPDX-License-Identifier: MIT
// The Hessian of the nuclear norm takes Eigen's decompositions, which a program that does not ask for it need not compile.
#include <isotypic/loss/nuclear_curvature.hpp>  // BREAK: nuclear_curvature.hpp => residual.hpp
using namespace isotypic;

void program(double* memory) {
    const auto x = as_view(memory, 9, 4);
    criterion<nuclear<>> loss(nuclear<>{});
    loss.hvp(x, x, x, x);
}
// SAYS: the Hessian of nuclear is in a header of its own: include isotypic/loss/nuclear_curvature.hpp
