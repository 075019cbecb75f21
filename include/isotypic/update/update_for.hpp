// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/norm/norm_for.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/fit.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// The update that a symmetry picks: the steepest direction of its canonical norm, between two centrings
/// where the block is known only up to a shift.
///
///     symmetry<permutation, orthogonal>          row_norm
///     symmetry<orthogonal, permutation>          column_norm
///     symmetry<orthogonal, orthogonal>           polar factor
///     symmetry<permutation, permutation>         sign
///     up_to_row_shift<permutation, ...>          centre | ... | centre
///
/// The centred form is the steepest direction of the quotient norm min_c max_i |x_i - c|; among horizontal
/// updates with unit rows it would be `geometric_median_rows`.
namespace isotypic {
namespace detail {

template <class G>
auto canonical_update() {
    steepest<norm_for<G>> direction{};
    if constexpr (G::row_shift)
        return centre{} | direction | centre{};
    else if constexpr (G::col_shift)
        return by_columns(centre{}) | direction | by_columns(centre{});
    else
        return direction;
}

}  // namespace detail

/// See the file's comment; a rule of any block of symmetry G: `momentum{} | update_for<router>{}`.
template <block_symmetry G>
using update_for = decltype(detail::canonical_update<G>());

}  // namespace isotypic
