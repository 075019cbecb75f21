// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/permutation.hpp>
#include <isotypic/group/signs.hpp>
#include <isotypic/group/trivial.hpp>

/// \file
/// The symmetry of a block: the groups that act on its rows and columns, and the shifts that it is
/// only known up to. A role is a struct derived from one of these, in one line:
///
///     struct embedding : symmetry<permutation, orthogonal> {};
namespace isotypic {

/// W ~ g W h', g in Rows, h in Cols.
template <class Rows, class Cols>
struct symmetry {
    static_assert(group<Rows> && group<Cols>, "each side of a symmetry is a group: a type with static void sample(view<double>, random_stream&)");
    using rows = Rows;
    using cols = Cols;
    static constexpr bool row_shift = false;  ///< also W ~ W + 1 c': one row shared by all rows
    static constexpr bool col_shift = false;  ///< also W ~ W + c 1': one column shared by all columns
};

/// W ~ g W h' and W ~ W + 1 c': softmax does not see a row that all rows share (heads, routers).
template <class Rows, class Cols>
struct up_to_row_shift : symmetry<Rows, Cols> {
    static constexpr bool row_shift = true;
};

/// W ~ g W h' and W ~ W + c 1' (logits as samples x classes; layer norm's input).
template <class Rows, class Cols>
struct up_to_column_shift : symmetry<Rows, Cols> {
    static constexpr bool col_shift = true;
};

/// The same block stored the other way round.
template <class Role>
struct transposed : symmetry<typename Role::cols, typename Role::rows> {
    static constexpr bool row_shift = Role::col_shift;
    static constexpr bool col_shift = Role::row_shift;
};

/// Anything that says what acts on its rows and columns.
template <class G>
concept block_symmetry = requires {
    typename G::rows;
    typename G::cols;
    { G::row_shift } -> std::convertible_to<bool>;
    { G::col_shift } -> std::convertible_to<bool>;
};

}  // namespace isotypic
