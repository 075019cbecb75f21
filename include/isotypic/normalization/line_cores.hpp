// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/standardization.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/normalization/modulo.hpp>

/// \file
/// Cores that treat every sample by itself, x in R^d:
///
///     unit_norm     x / |x|                                  |x|^2 + eps under the root
///     rms_norm      x sqrt(d) / |x|                          |x|^2 / d + eps
///     layer_norm    rms_norm of x - mean(x) 1
///
/// A core is the steepest direction of a norm on the activations, hence the gradient of a convex function, here |x|, sqrt(d) |x|
/// and sqrt(d) |x - mean(x) 1|: its Jacobian is symmetric, and `derivative` is VJP and JVP alike. With eps = 0, the default, what a
/// core takes out it takes out exactly; eps breaks the scale by eps / |x|^2. A sample of zeros stays zero, with derivative 0.
///
/// Source: Zhang and Sennrich 2019 (RMS), Ba, Kiros and Hinton 2016 (layer), each with its eps selectable.
namespace isotypic {
struct unit_norm {
    double eps = 0;
    using commutes_with = symmetry<signed_permutation, orthogonal>;  ///< of samples and of features
    using takes_out = modulo::scale;
    static constexpr char const* name = "unit norm";
    standardization lines() const { return {.eps = eps, .unit = true}; }
};

struct rms_norm {
    double eps = 0;  ///< 1e-6 in Llama, 1e-5 in others
    using commutes_with = symmetry<signed_permutation, orthogonal>;
    using takes_out = modulo::scale;
    static constexpr char const* name = "RMS norm";
    standardization lines() const { return {.eps = eps}; }
};

struct layer_norm {
    double eps = 0;  ///< 1e-5 in most programs
    using commutes_with = symmetry<signed_permutation, permutation>;
    using takes_out = modulo::scale_and_shift;
    static constexpr char const* name = "layer norm";
    standardization lines() const { return {.eps = eps, .centred = true}; }
};

}  // namespace isotypic
