// SPDX-License-Identifier: MIT
// Layer norm knows the direction (1, .., 1).
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
using namespace isotypic;

normalizer<rms_norm, orthogonal> norm;  // BREAK: rms_norm => layer_norm
// SAYS: this core does not commute with what its normalizer is declared to commute with
