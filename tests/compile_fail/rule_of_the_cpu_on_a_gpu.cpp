// SPDX-License-Identifier: MIT
// The search for a median looks at its numbers, and those of a GPU are not the CPU's to look at.
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/geometric_median.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
using namespace isotypic;

void program(view<float, gpu> w, view<float, gpu> dw) {
    optimizer opt(as<lm_head>(w), momentum{} | centre{} | row_norm{} | centre{}, 0.1);  // BREAK: centre{} | row_norm{} | centre{} => geometric_median_rows{}
    opt.step(dw);
}
// SAYS: this rule runs on the CPU alone: a part of it reads numbers there, which lie in the device's memory
