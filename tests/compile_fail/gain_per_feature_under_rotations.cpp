// SPDX-License-Identifier: MIT
// A gain per feature cuts the rotations of the features down to their signs.
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
using namespace isotypic;

void program(view<float> x, view<float> g, view<float> y) {
    normalizer<rms_norm, orthogonal> norm;
    norm.forward(x, one_gain(g(0, 0)), y);  // BREAK: one_gain(g(0, 0)) => per_feature(g)
}
// SAYS: this normalizer is declared to commute with more than sign flips of its features, and a gain per feature does not: take one_gain, or declare signs
