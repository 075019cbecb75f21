// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/standardization.hpp>
#include <isotypic/group/permutation.hpp>
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/normalization/modulo.hpp>
#include <vector>

/// \file
/// Every feature brought to mean 0 and variance 1 over all n samples of a batch:
///
///     y_j = (x_j - mean(x_j) 1) / sqrt(var(x_j) + eps),    var with divisor n
///
/// and running statistics for later, when a sample comes alone:
///
///     mean <- (1 - momentum) mean + momentum mean(x_j),    variance likewise, with divisor n - 1
///
/// Steepest direction of the largest column of the centred activations, gradient of sqrt(n) sum_j |x_j - mean(x_j) 1|: a symmetric Jacobian.
/// n = 1 would have y = 0 whatever x is, and is refused.
///
/// Source: Ioffe and Szegedy 2015; eps = 1e-5 and momentum = 0.1 in PyTorch, whose running variance this is.
namespace isotypic {

struct batch_norm {
    double eps = 0;
    double momentum = 0.1;  ///< the share of the new statistics
    using commutes_with = symmetry<permutation, signed_permutation>;
    using takes_out = modulo::feature_affine;
    static constexpr char const* name = "batch norm";
    static constexpr bool couples_samples = true;
    standardization lines() const { return {.eps = eps, .centred = true, .together = true}; }

    template <class B>
    index_t line_count(B const& x, std::string const& called) const {
        if (x.count * x.rows() == 1) throw error("isotypic: " + called + ": a batch of one sample has no variance; train on two or more, or evaluate with the running statistics");
        return x.cols();
    }
    template <class F, class... B>
    void cut(F const& f, B const&... x) const {
        f(index_t{0}, x.transposed()...);
    }
};

/// Of every feature, over the batches seen.
struct running_statistics {
    std::vector<double> mean, variance;
};

}  // namespace isotypic
