// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// Cross-entropy of the softmax, l(s, y) = log sum_k e^(s_k) - s_y, in nats.
namespace isotypic {

/// See the file's comment. Its symmetric part is `unhinged`.
struct cross_entropy {
    static constexpr char const* name = "cross-entropy";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    static constexpr double beta() { return 0.5; }  ///< the largest eigenvalue of the Hessian in the scores

    constexpr loss_curve at(double u) const { return {-u, -1, 0}; }

    template <class T>
    detail::curve_sums curves(detail::class_row<T>& row, T* slope) const {
        std::fill_n(slope, row.classes, T(1));
        const auto n = double(row.classes);
        return {n * ((double(row.largest()) - row.mean_score()) + row.log_sum()), -n, -1};
    }

    constexpr class_sums_needed needs() const { return {.total = true}; }
    template <class S>
    constexpr class_pull of_sums(S const& s, double own, double every) const {
        const double sum = own + every * s.classes;
        return {sum * s.log_sum - own * s.own - every * s.total, 0, sum * std::exp(-s.log_sum), -every, -own};
    }
};

}  // namespace isotypic
