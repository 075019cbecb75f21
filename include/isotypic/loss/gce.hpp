// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/cross_entropy.hpp>

/// \file
/// Between cross-entropy and the absolute error:
///
///     gce    l(s, y) = (1 - p_y^q) / q,   0 <= q <= 1;   q = 0: cross-entropy
///     mae    l(s, y) = 1 - p_y, half of |e_y - p|_1
///
/// `symmetrise(gce{.q = q})` is (mean_k p_k^q - p_y^q) / q, from the unhinged loss (q = 0) to the absolute error (q = 1), up to a
/// constant; it is SGCE in arXiv 2605.20347 up to factor and constant, which we have not read. Powers are expm1(q log p) / q where q is
/// small, so no q is out of reach.
///
/// beta, the largest curvature in the scores, is exact for both. That of SGCE is not known for K >= 3: it tends to (K - 1) / (2 K) as q
/// falls to 0, though it is 0 there, because the powers of far classes fall later than their probabilities.
///
/// Source: Zhang and Sabuncu 2018 (gce); Ghosh, Kumar and Sastry 2017 (mae).
namespace isotypic {

/// See the file's comment.
struct gce {
    double q = 0.7;
    static constexpr char const* name = "generalised cross-entropy";
    static constexpr loss_law law{.shift = true, .nonnegative = true};

    void require() const { detail::require_that(q >= 0 && q <= 1, name, "q", q, "between 0 and 1"); }

    constexpr loss_curve at(double u) const {
        if (q == 0) return {-u, -1, 0};
        const double t = std::exp(q * u);
        return {-std::expm1(q * u) / q, -t, -q * t};
    }

    /// The largest of p^q (1 - p) |(1 + q) p - q| over two classes, where the derivative has its roots, twice.
    double beta() const {
        const double a = (1 + q) * (q + 2), b = (2 * q + 1) * (q + 1), root = std::sqrt((std::max)(0.0, b * b - 4 * a * q * q));
        auto twice = [&](double p) { return 2 * std::pow(p, q) * (1 - p) * std::abs((1 + q) * p - q); };
        return (std::max)(twice((b - root) / (2 * a)), twice((b + root) / (2 * a)));
    }

    template <class T>
    detail::curve_sums curves(detail::class_row<T>& row, T* slope) const {
        const auto n = double(row.classes);
        const double factor = std::exp(-q * row.log_sum());  // p_max^q
        const double sum = factor * detail::exp_line(row.classes, T(q), row.largest(), row.score, slope);
        double value = (n - sum) / q;
        if (q < 0.1) {
            value = 0;
            for (index_t k = 0; k < row.classes; ++k) value += at(row.log_probability(k)).value;
        }
        return {value, -sum, -factor};
    }

    constexpr class_sums_needed needs() const { return {.power = q, .total = q == 0}; }
    template <class S>
    constexpr class_pull of_sums(S const& s, double own, double every) const {
        if (q == 0) return cross_entropy{}.of_sums(s, own, every);
        const double u = q * (s.own - s.log_sum), factor = std::exp(-q * s.log_sum), t = own * std::exp(u);  // p_max^q, own p_y^q
        const double all = s.classes * std::expm1(-q * s.log_sum) + factor * s.powers;                          // sum_k (p_k^q - 1)
        return {-(own * std::expm1(u) + every * all) / q, -every * factor, (t + every * (s.classes + all)) * std::exp(-s.log_sum), 0, -t};
    }
};

/// See the file's comment.
struct mae {
    static constexpr char const* name = "absolute error of classes";
    static constexpr loss_law law{.shift = true, .symmetric = true, .nonnegative = true};
    static double beta() { return 1 / (3 * std::sqrt(3.0)); }

    constexpr loss_curve at(std::same_as<double> auto u) const { return {-std::expm1(u), -std::exp(u), -std::exp(u)}; }

    template <class T>
    detail::curve_sums curves(detail::class_row<T>& row, T* slope) const {
        std::copy_n(row.exponential(), row.classes, slope);
        return {double(row.classes - 1), -1, -row.inverse()};
    }

    constexpr class_sums_needed needs() const { return {}; }
    template <class S>
    constexpr class_pull of_sums(S const& s, double own, double every) const {
        const double p = own * std::exp(s.own - s.log_sum);
        return {-own * std::expm1(s.own - s.log_sum) + every * (s.classes - 1), 0, p * std::exp(-s.log_sum), 0, -p};
    }
};

}  // namespace isotypic
