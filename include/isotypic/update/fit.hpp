// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/update/part.hpp>

/// \file
/// Does a rule fit a block? As a concept, `equivariant_under<Rule, Role>`, and as the sentences with which the doors
/// of the library refuse a rule that does not.
namespace isotypic {

/// A rule used where its claim does not cover the block, on purpose.
template <part P>
struct unchecked_rule : P {};
template <part P>
unchecked_rule<P> unchecked(P const& p) {
    return {p};
}

namespace detail {
template <class P>
constexpr bool is_unchecked = false;
template <class P>
constexpr bool is_unchecked<unchecked_rule<P>> = true;

template <class P, class G>
constexpr bool row_shift_fits = !G::row_shift || (row_law<P>().blind && row_law<P>().horizontal && !weight_read<P>());
template <class P, class G>
constexpr bool col_shift_fits = !G::col_shift || (col_law<P>().blind && col_law<P>().horizontal && !weight_read<P>());
}  // namespace detail

/// Does rule P commute with everything that G says of a block?
template <class P, class G>
concept equivariant_under = part<P> && block_symmetry<G> && !detail::is_unchecked<P> && detail::rows_commute<P, G> &&
                            detail::cols_commute<P, G> && detail::row_shift_fits<P, G> && detail::col_shift_fits<P, G>;

namespace detail {

/// The door: one sentence for each way in which a rule may not fit a block.
template <class P, class G>
constexpr void require_fit() {
    static_assert(part<P>, "this is not an update rule: make one of a callable with rule<symmetry<...>>(f)");
    if constexpr (part<P> && !is_unchecked<P>) {
        static_assert(rows_commute<P, G>, "this update does not commute with the group that acts on the block's rows");
        static_assert(cols_commute<P, G>, "this update does not commute with the group that acts on the block's columns");
        if constexpr (G::row_shift) {
            static_assert(!weight_read<P>(), "this block is known only up to a shared row, and the update reads the weight, which the shared row changes");
            static_assert(row_law<P>().blind, "this block is known only up to a shared row, begin the update with `centre{} |`");
            static_assert(row_law<P>().horizontal, "this block is known only up to a shared row, end the update with `| centre{}`");
        }
        if constexpr (G::col_shift) {
            static_assert(!weight_read<P>(), "this block is known only up to a shared column, and the update reads the weight, which the shared column changes");
            static_assert(col_law<P>().blind, "this block is known only up to a shared column, begin the update with `by_columns(centre{}) |`");
            static_assert(col_law<P>().horizontal, "this block is known only up to a shared column, end the update with `| by_columns(centre{})`");
        }
    }
}

template <class P, class Device>
constexpr void require_device() {
    static_assert(std::is_same_v<typename Device::space, host> || any_device<P>(),
                  "this rule runs on the CPU alone: a part of it reads numbers there, which lie in the device's memory");
}

}  // namespace detail
}  // namespace isotypic
