// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// What a step multiplies a direction and the weight by: w <- keep w - rate u.
namespace isotypic::detail {

/// From the rate, the rule's own scale and the decay; a device reads the rate where its kernels start.
template <class Rate>
struct step_size {
    Rate rate;
    double scale, decay;

    struct numbers {
        double rate, keep;
    };
    constexpr numbers at_start() const {
        const double r = double(rate);
        return {r * scale, 1 - r * decay};
    }
};

}  // namespace isotypic::detail
