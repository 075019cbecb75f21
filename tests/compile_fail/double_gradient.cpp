// SPDX-License-Identifier: MIT
// Mixed precision is written out, not guessed.
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
using namespace isotypic;

void program(float* w, float* dw, double*) {  // BREAK: float* dw, double* => float*, double* dw
    step(as<embedding>(as_view(w, 9, 4)), as_view(dw, 9, 4), 0.1);
}
// SAYS: the gradient's element type is not the weight's: float and double do not mix
