// SPDX-License-Identifier: MIT
#include <isotypic/group/symmetry.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
struct embedding : symmetry<permutation, orthogonal> {};
struct head : up_to_row_shift<permutation, orthogonal> {};
struct logits : up_to_column_shift<orthogonal, permutation> {};
}  // namespace

TEST_CASE("a role is one line, and its transpose exchanges all that it says of the sides") {
    static_assert(block_symmetry<embedding> && block_symmetry<head> && block_symmetry<transposed<head>> && !block_symmetry<permutation>);
    static_assert(!embedding::row_shift && !embedding::col_shift);
    static_assert(head::row_shift && !head::col_shift && !logits::row_shift && logits::col_shift);
    using t = transposed<head>;
    static_assert(std::is_same_v<t::rows, orthogonal> && std::is_same_v<t::cols, permutation>);
    static_assert(!t::row_shift && t::col_shift);
    using back = transposed<t>;
    static_assert(std::is_same_v<back::rows, head::rows> && back::row_shift && !back::col_shift);
    CHECK(transposed<logits>::row_shift);
}
