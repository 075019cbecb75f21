// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/pipe.hpp>

/// \file
/// The projection onto horizontal blocks: Y = (I - 11'/m) X, the mean row subtracted from every row.
namespace isotypic {

/// See the file's comment. Columns: `by_columns(centre{})`. Commutes with permutations of the rows (their
/// signs would change the mean) and rotations of the columns; idempotent.
struct centre {
    using commutes_with = symmetry<permutation, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{.blind = true, .horizontal = true, .carries = true, .keeps = true};
    static constexpr shift_law col_shift = shift_law::linear();
    double homogeneity() const { return 1; }

    template <class C>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, no_state&) const {
        auto& d = c.device;
        auto scope = d.scratch().open();
        double* mean = d.scratch().template take<double>(row_count(x.transposed()));
        mean_row(d, x, mean);
        subtract_row(d, mean, x, y);
        return y;
    }
};

}  // namespace isotypic
