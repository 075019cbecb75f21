// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/shift.hpp>
#include <isotypic/group/symmetry.hpp>
#include <cmath>

/// \file
/// The largest row norm, and its transpose.
///
///     N(X) = max_i |x_i|     dual N*(X) = sum_i |x_i|     steepest direction  u_i = x_i / |x_i|
///
/// Invariant under signed permutations of the rows and rotations of the columns; unit rows are what
/// arXiv 2605.18106 calls RowNorm. A zero row stays zero.
namespace isotypic {

/// max_i |x_i|
struct row_max {
    using invariant_under = symmetry<signed_permutation, orthogonal>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{};
    static constexpr shift_law col_shift{.keeps = true};

    template <device D, class T>
    double value(D& d, blocks<T> const& x) const {
        return over_rows(d, x, detail::larger{});
    }
    template <device D, class T>
    double dual(D& d, blocks<T> const& x) const {
        return over_rows(d, x, [](double a, double b) { return a + b; });
    }
    /// y_i <- x_i / |x_i|; y may be x. Where 1 / |x_i| is no double (|x_i| < 6e-309) the row stays shorter than 1.
    template <device D, class T, class S>
    void steepest(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        auto scope = d.scratch().open();
        double* r = d.scratch().template take<double>(row_count(x));
        row_norms(d, x, r);
        transform(d, detail::inverted{}, detail::numbers<S>(r, row_count(x)));
        scale_rows(d, r, x, y);
    }

private:
    template <device D, class T, class F>
    static double over_rows(D& d, blocks<T> const& x, F const& f) {
        auto scope = d.scratch().open();
        double* r = d.scratch().template take<double>(row_count(x) + 1);
        row_norms(d, x, r);
        double total = 0;
        for (index_t i = 0; i < row_count(x); ++i) total = f(total, r[i]);
        return total;
    }
};

/// max_j |x_j| over columns: the row norm of the transpose.
struct column_max {
    using invariant_under = symmetry<orthogonal, signed_permutation>;
    static constexpr bool any_device = true;
    static constexpr shift_law row_shift{.keeps = true};
    static constexpr shift_law col_shift{};

    template <device D, class T>
    double value(D& d, blocks<T> const& x) const {
        return row_max{}.value(d, x.transposed());
    }
    template <device D, class T>
    double dual(D& d, blocks<T> const& x) const {
        return row_max{}.dual(d, x.transposed());
    }
    template <device D, class T, class S>
    void steepest(D& d, blocks<T const, S> const& x, blocks<T, S> const& y) const {
        row_max{}.steepest(d, x.transposed(), y.transposed());
    }
};

}  // namespace isotypic
