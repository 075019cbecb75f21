// SPDX-License-Identifier: MIT
// No core takes a shift of a sample out and commutes with rotations.
#include <isotypic/normalization/normalization_for.hpp>
using namespace isotypic;

normalization_for<permutation, modulo::scale_and_shift> core;  // BREAK: permutation => orthogonal
// SAYS: no core commutes with this and takes that out: rms_norm is for rotations of the features modulo scale
