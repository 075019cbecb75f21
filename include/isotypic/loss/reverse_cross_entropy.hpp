// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// Reverse cross-entropy, -sum_k p_k log q_k for a label q = e_y whose zeros have the logarithm A < 0:
///
///     l(s, y) = -A (1 - p_y)
///
/// `sce(a, b)` of sum.hpp joins it with cross-entropy. Source: Wang, Ma, Chen, Luo, Yi and Bailey 2019 (A = -4); their code and that of
/// Ma et al. 2020 has A = log 1e-4, the default.
namespace isotypic {

/// See the file's comment.
struct reverse_cross_entropy {
    double log_zero = -9.210340371976184;  ///< A
    static constexpr char const* name = "reverse cross-entropy";
    static constexpr loss_law law{.shift = true, .symmetric = true, .nonnegative = true};
    double beta() const { return -log_zero / (3 * std::sqrt(3.0)); }

    void require() const { detail::require_that(log_zero < 0 && std::isfinite(log_zero), name, "log_zero", log_zero, "below 0"); }

    constexpr loss_curve at(std::same_as<double> auto u) const { return {log_zero * std::expm1(u), log_zero * std::exp(u), log_zero * std::exp(u)}; }
};

}  // namespace isotypic
