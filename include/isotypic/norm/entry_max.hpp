// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/shift.hpp>
#include <isotypic/group/symmetry.hpp>
#include <cmath>

/// \file
/// The largest entry: the norm of blocks whose positions are exchangeable on both sides.
///
///     N(X) = max_ij |x_ij|     dual N*(X) = sum_ij |x_ij|     steepest direction  sign(x_ij)
namespace isotypic {
namespace detail {
struct entry_sign {
    template <class T>
    constexpr void operator()(T const& a, T& b) const {
        b = T((a > 0) - (a < 0));
    }
};
}  // namespace detail

/// max_ij |x_ij|; sign(0) = 0.
struct entry_max {
    using invariant_under = symmetry<signed_permutation, signed_permutation>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{};

    template <device D, class T>
    double value(D&, blocks<T> const& x) const {
        double most = 0;
        for (index_t m = 0; m < x.matrices() && x.size(); ++m)
            for (index_t i = 0; i < x.rows(); ++i)
                for (index_t j = 0; j < x.cols(); ++j) most = detail::larger{}(most, std::fabs(double(x.matrix(m)(i, j))));
        return most;
    }
    template <device D, class T>
    double dual(D& d, blocks<T> const& x) const {
        auto scope = d.scratch().open();
        double* sums = d.scratch().template take<double>(x.count);
        item_sums(d, detail::magnitude{}, sums, x);
        double total = 0;
        for (index_t k = 0; k < x.count; ++k) total += sums[k];
        return total;
    }
    template <device D, class T, class S>
    void steepest(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        transform(d, detail::entry_sign{}, x, y);
    }
};

}  // namespace isotypic
