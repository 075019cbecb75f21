// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// How a map treats shifts: the part of a symmetry that no matrix group says. A block known only up to a
/// shared row (LM heads, routers) needs updates that ignore such a row in the gradient and contain none.
namespace isotypic {

/// What a part does to a shift X + 1 c' (rows) or X + c 1' (columns) of its input.
struct shift_law {
    bool blind = false;       ///< f(X + shift) = f(X)
    bool horizontal = false;  ///< f(X) has no shift: its rows (columns) sum to zero
    bool carries = false;     ///< f(X + shift) - f(X) is a shift; linear maps do
    bool keeps = false;       ///< a horizontal X gives a horizontal f(X)

    /// The law of g after f.
    friend constexpr shift_law then(shift_law f, shift_law g) {
        const bool ignores = f.blind || (f.carries && g.blind);
        const bool flat = g.horizontal || (f.horizontal && g.keeps);
        return {ignores, flat, ignores || (f.carries && g.carries), flat || (f.keeps && g.keeps)};
    }
    static constexpr shift_law linear() { return {false, false, true, true}; }
};

}  // namespace isotypic
