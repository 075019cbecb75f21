// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>

/// \file
/// Numbers as unevaluated sums of two doubles, for residuals that would be lost in rounding. Without -ffast-math.
///
/// Source: Ogita, Rump, Oishi, SIAM J. Sci. Comput. 26 (2005): TwoSum, TwoProduct, Dot2.
namespace isotypic::detail {

struct twofold {
    double high = 0, low = 0;

    /// Adds a b.
    void add_product(double a, double b) {
        const double p = a * b;
        low += std::fma(a, b, -p);
        add(p);
    }
    void add(double x) {
        const double s = high + x, back = s - high;
        low += (high - (s - back)) + (x - back);
        high = s;
    }
    double value() const { return high + low; }
    twofold normalised() const {
        const double s = high + low;
        return {s, (high - s) + low};
    }
};

}  // namespace isotypic::detail
