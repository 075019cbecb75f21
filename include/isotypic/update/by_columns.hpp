// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/update/pipe.hpp>

/// \file
/// A rule for rows, applied to columns: V(X) = U(X')'. Views are transposed, nothing is moved.
namespace isotypic {

/// P on the transpose; its claims change sides.
template <part P>
struct transposed_part {
    P inner;

    using commutes_with = symmetry<typename P::commutes_with::cols, typename P::commutes_with::rows>;
    static constexpr shift_law row_shift = detail::col_law<P>();
    static constexpr shift_law col_shift = detail::row_law<P>();
    static constexpr bool reads_weight = detail::weight_read<P>();
    static constexpr bool multiplies = detail::multiplies<P>();
    static constexpr bool any_device = detail::any_device<P>();
    double homogeneity() const { return isotypic::homogeneity(inner); }

    template <class D, class T, class S>
    auto init(D& d, blocks<T, S> const& like) const {
        return isotypic::init(inner, d, like.transposed());
    }
    template <class C, class State>
    typename C::in apply(C const& c, typename C::in x, typename C::out y, State& state) const {
        const C flipped{c.device, c.step, c.weight.transposed(), c.gradient.transposed()};
        return inner.apply(flipped, x.transposed(), y.transposed(), state).transposed();
    }
};

namespace detail {
template <class P, class G>
constexpr bool rows_commute<transposed_part<P>, G> = cols_commute<P, transposed<G>>;
template <class P, class G>
constexpr bool cols_commute<transposed_part<P>, G> = rows_commute<P, transposed<G>>;
}  // namespace detail

/// The same part for columns: `by_columns(momentum{} | row_norm{})`.
template <part P>
transposed_part<P> by_columns(P const& p) {
    return {p};
}

}  // namespace isotypic
