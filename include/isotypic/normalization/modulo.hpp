// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// What a normalizer takes out of its input, samples x features: N(moved x) = N(x). None of these is orthogonal, so they are kinds
/// of their own and not groups that act on a side.
namespace isotypic::modulo {

struct scale {};            ///< x_i -> a_i x_i for every sample, a_i > 0
struct scale_and_shift {};  ///< x_i -> a_i x_i + b_i 1 for every sample, a_i > 0
struct feature_affine {};   ///< column j -> a_j column j + b_j 1 for every feature, a_j > 0
struct one_scale {};        ///< x -> a x, a > 0
struct one_scale_and_feature_shift {};  ///< x -> a x, column j + b_j 1, a > 0

}  // namespace isotypic::modulo
