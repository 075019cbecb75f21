// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cuda.cuh>
#include <isotypic/device/cuda_class_rows.cuh>
#include <isotypic/device/cuda_copy.cuh>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_inverse.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_standardize_derivative.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/device/cuda_sweep.cuh>
#include <isotypic/isotypic.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <isotypic/polar/zolotarev_items.hpp>

/// \file
/// Everything of isotypic.hpp, and the GPU: views of `gpu` memory, the device `cuda`, and all that runs on it but polar/exact_items.hpp, which
/// takes Eigen's decompositions and cuSOLVER.
