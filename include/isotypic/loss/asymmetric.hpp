// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// Asymmetric losses: to pay for one label more is worth it only while it is the most frequent one.
///
///     agce    ((a + 1)^q - (a + p_y)^q) / q     a > 0, q > 0
///     aul     ((a - p_y)^q - (a - 1)^q) / q     a > 1, q > 0
///     ael     exp(-p_y / a)                     a > 0
///
/// Source: Zhou, Liu, Jiang, Gao and Ji 2021.
namespace isotypic {

/// Asymmetric generalised cross-entropy.
struct agce {
    double a = 1, q = 2;
    static constexpr char const* name = "asymmetric generalised cross-entropy";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    void require() const {
        detail::require_that(a > 0 && std::isfinite(a), name, "a", a, "above 0");
        detail::require_that(q > 0 && std::isfinite(q), name, "q", q, "above 0");
    }

    loss_curve at(double u) const {
        const double p = std::exp(u), power = std::pow(a + p, q - 1) * p;
        return {(std::pow(a + 1, q) - std::pow(a + p, q)) / q, -power, -power * (1 + (q - 1) * p / (a + p))};
    }
};

/// Asymmetric unhinged loss.
struct aul {
    double a = 2, q = 2;
    static constexpr char const* name = "asymmetric unhinged loss";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    void require() const {
        detail::require_that(a > 1 && std::isfinite(a), name, "a", a, "above 1");
        detail::require_that(q > 0 && std::isfinite(q), name, "q", q, "above 0");
    }

    loss_curve at(double u) const {
        const double p = std::exp(u), power = std::pow(a - p, q - 1) * p;
        return {(std::pow(a - p, q) - std::pow(a - 1, q)) / q, -power, -power * (1 - (q - 1) * p / (a - p))};
    }
};

/// Asymmetric exponential loss.
struct ael {
    double a = 2;
    static constexpr char const* name = "asymmetric exponential loss";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    void require() const { detail::require_that(a > 0 && std::isfinite(a), name, "a", a, "above 0"); }

    loss_curve at(double u) const {
        const double p = std::exp(u), f = std::exp(-p / a), slope = -p / a * f;
        return {f, slope, slope * (1 - p / a)};
    }
};

}  // namespace isotypic
