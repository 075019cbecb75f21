// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/norm/entry_max.hpp>
#include <isotypic/norm/row_max.hpp>
#include <isotypic/norm/spectral.hpp>

/// \file
/// The canonical norm of a symmetry: the smallest invariant one that is 1 on elementary matrices.
///
///     rows \ columns     exchangeable     isotropic
///     exchangeable       entry_max        row_max
///     isotropic          column_max       spectral
///
/// A side is isotropic if its group is `orthogonal`, exchangeable if its group lies within
/// `signed_permutation` (a plain permutation is rounded up: the norms see no signs). The value of each is NaN where a block
/// holds a NaN, else infinity where it holds one.
namespace isotypic {
namespace detail {

template <class G>
concept isotropic = std::is_same_v<G, orthogonal>;
template <class G>
concept exchangeable = subgroup_of<G, signed_permutation>;

template <class Rows, class Cols>
struct canonical {
    static_assert(always_false<Rows, Cols>, "this symmetry has no canonical norm: each side must be orthogonal or lie within signed_permutation, so cut heads and experts into blocks first");
};
template <exchangeable Rows, exchangeable Cols>
struct canonical<Rows, Cols> {
    using type = entry_max;
};
template <exchangeable Rows, isotropic Cols>
struct canonical<Rows, Cols> {
    using type = row_max;
};
template <isotropic Rows, exchangeable Cols>
struct canonical<Rows, Cols> {
    using type = column_max;
};
template <isotropic Rows, isotropic Cols>
struct canonical<Rows, Cols> {
    using type = spectral<>;
};

}  // namespace detail

/// See the file's comment. A shift adds a centring, not another norm: see `update_for`.
template <block_symmetry G>
using norm_for = typename detail::canonical<typename G::rows, typename G::cols>::type;

}  // namespace isotypic
