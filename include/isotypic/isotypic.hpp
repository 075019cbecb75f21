// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// Everything but check/, critic/ (whose own is critic/critic.hpp), loss/decision/ (decision.hpp), model/checkpoint.hpp and
/// model/safetensors.hpp, matrix/eigen.hpp, the engines and the curvature of the nuclear norm that need Eigen's decompositions, of
/// normalization/ the layers (scaled_linear, typed_norm), whitening and metrics, and device/thread_pool.hpp: the standard library's threads
/// cost a file half of what all the rest does.
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/group/product.hpp>
#include <isotypic/loss/asymmetric.hpp>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/focal.hpp>
#include <isotypic/loss/loss_for.hpp>
#include <isotypic/loss/normalised.hpp>
#include <isotypic/loss/regression.hpp>
#include <isotypic/loss/sum.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/stacks.hpp>
#include <isotypic/model/step.hpp>
#include <isotypic/normalization/group_norm.hpp>
#include <isotypic/normalization/normalization_for.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <isotypic/polar/coupled_root.hpp>
#include <isotypic/polar/gram_newton_schulz.hpp>
#include <isotypic/polar/turbo_muon.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/geometric_median.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/polar_grad.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/scion.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <isotypic/update/update_for.hpp>
#include <isotypic/version.hpp>
