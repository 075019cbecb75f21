// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/matrix/layout.hpp>
#include <isotypic/model/names.hpp>

/// \file
/// A weight with its role: `as<embedding>(E)` for anything that is a matrix, a batch or a joined pair.
/// The memory stays the caller's and must stay where it is.
namespace isotypic {

/// See the file's comment.
template <class Role, class T, class Space = host>
struct typed_block {
    using role = Role;
    using value_type = T;
    blocks<T, Space> all;
};

namespace detail {

template <class X>
constexpr bool is_blocks = false;
template <class T, class S>
constexpr bool is_blocks<blocks<T, S>> = true;

template <class X>
concept block_like = matrix<X> || is_blocks<std::remove_cvref_t<X>>;

template <class T, class S>
std::string shape_text(blocks<T, S> const& x) {
    const std::string one = shape_text(x.rows(), x.cols());
    return (x.count == 1 ? "" : std::to_string(x.count) + " times ") + (x.joined ? "a pair of " : "") + one;
}

}  // namespace detail

/// Refuses, by a sentence, what no step may write to: at compile time a const or integer matrix, a lazy
/// expression, a temporary; at run time a stride of zero or a layout that reaches an element twice.
template <class Role, class X>
auto as(X&& x) {
    static_assert(block_symmetry<Role>, "as<Role>: a role says what acts on its rows and columns, derive it from symmetry<Rows, Cols>");
    static_assert(detail::block_like<X>,
                  "this is not a matrix in memory: pass an Eigen or xtensor container, map or view, an mdspan, or as_view(pointer, rows, cols)");
    if constexpr (block_symmetry<Role> && detail::block_like<X>) {
        auto all = as_blocks(std::forward<X>(x));
        using T = std::remove_reference_t<decltype(*all.first.data)>;
        static_assert(!std::is_const_v<T>, "this weight is const, and a step writes to it");
        using S = typename decltype(all)::space;
        static_assert(stored_in<std::remove_const_t<T>, S>, "a weight holds float or double");
        auto refuse = [&](char const* why) {
            return error("isotypic: the " + type_name<Role>() + " block (" + detail::shape_text(all) + ") " + why);
        };
        if (has_zero_stride(all)) throw refuse("has a stride of 0: its elements are one element in memory");
        if (overlaps_itself(all)) throw refuse("overlaps itself: two indices reach one element");
        return typed_block<Role, T, S>{all};
    }
}

}  // namespace isotypic
