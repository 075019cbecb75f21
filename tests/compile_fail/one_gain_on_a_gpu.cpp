// SPDX-License-Identifier: MIT
// A gain that lies in the norm itself is the CPU's.
#include <isotypic/device/cuda_standardize_derivative.cuh>
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
using namespace isotypic;

void program(float gain, view<float, gpu> x, view<float, gpu> gains, view<float, gpu> y) {
    normalizer norm(rms_norm{}, "norm", cuda());
    norm.forward(x, per_feature(gains), y);  // BREAK: per_feature(gains) => one_gain(gain)
    (void)gain;
}
// SAYS: one_gain lies in the CPU's memory; on a GPU a norm takes per_feature
