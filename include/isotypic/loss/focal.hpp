// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// The focal loss, l(s, y) = -(1 - p_y)^gamma log p_y. Source: Lin, Goyal, Girshick, He and Dollar 2017, without its class weights.
namespace isotypic {

/// See the file's comment; gamma = 0 is cross-entropy.
struct focal {
    double gamma = 2;
    static constexpr char const* name = "focal loss";
    static constexpr loss_law law{.shift = true, .nonnegative = true};

    void require() const { detail::require_that(gamma >= 0 && std::isfinite(gamma), name, "gamma", gamma, "0 or more"); }

    constexpr loss_curve at(std::same_as<double> auto u) const {
        const double p = std::exp(u), a = -std::expm1(u);
        if (!(a > 0)) return {0, gamma > 0 ? 0.0 : -1.0, 0};
        const double power = std::pow(a, gamma), b = gamma * p * power / a;
        return {-power * u, b * u - power, b * ((1 - (gamma - 1) * p / a) * u + 2)};
    }
};

}  // namespace isotypic
