// SPDX-License-Identifier: MIT
// matrix, group, norm, polar by products, update and the doors of model, with all kernels, by nvcc without Eigen on its path.
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/group/product.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/norm/norm_for.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <isotypic/update/update_for.hpp>

using namespace isotypic;

#ifdef EIGEN_WORLD_VERSION
#error "one of these headers includes Eigen"
#endif

void all_of_it(cuda device, view<float, gpu> w, view<float, gpu> g) {
    auto stack = layerwise_on<float>(std::move(device), on<embedding>(momentum{} | row_norm{}, 0.1), on<lm_head>(centred_row_norm_m(), 0.1),
                                     on<projection>(momentum{} | polar{gram_newton_schulz{}}, 0.1), on<bias>(adam{}, 0.1));
    auto block = stack.add("w", as<projection>(w));
    stack.step(block(g));
    step(as<embedding>(w), g, 0.1);
}
