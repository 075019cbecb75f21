// SPDX-License-Identifier: MIT
// A pointer into the CPU's memory is nothing to a kernel.
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(view<float, gpu> w, view<float, gpu> dw) {  // BREAK: float, gpu> dw => float> dw
    optimizer opt(as<embedding>(w), momentum{} | row_norm{}, 0.1);
    opt.step(dw);
}
// SAYS: the gradient lies in another memory than the weight: one is the CPU's, the other a device's
