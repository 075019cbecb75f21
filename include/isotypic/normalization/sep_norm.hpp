// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/typed_norm.hpp>

/// \file
/// SepNorm: the class token, position 0, brought to mean 0 and variance 1 over the batch, the other tokens each by layer norm.
///
///     sep_norm norm({.eps = 1e-5, .momentum = 0.1}, "first norm of block 3");
///
/// and then as typed_norm.hpp says, with two classes. Trained without parameters and with eps = 0, the class rows of n samples have the
/// mean 0 and mean off-diagonal inner product -d / (n - 1): they cannot all be equal. Positions but the first may be permuted, with
/// features and samples.
///
/// Source: Chen, Wang, Du, Hassoun and Liu 2023 (arXiv 2309.12931), with the defaults of the authors' program (tufts-ml/SepNorm).
namespace isotypic {

struct sep_norm_setting {
    double eps = 1e-5;      ///< of both cores
    double momentum = 0.1;  ///< the share of the new statistics of the class token
};

class sep_norm : public typed_norm<batch_norm, layer_norm> {
public:
    using commutes_with = symmetry<young<1>, permutation>;  ///< of positions and of features
    explicit sep_norm(sep_norm_setting set = {}, std::string what = "SepNorm", executor_ref threads = {})
        : typed_norm(std::move(what), threads, first(1, batch_norm{.eps = set.eps, .momentum = set.momentum}, "CLS"),
                     rest(layer_norm{.eps = set.eps}, "others")) {}
};

}  // namespace isotypic
