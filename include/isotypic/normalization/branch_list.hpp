// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/blocks.hpp>

/// \file
/// A list of things, or one thing that stands for a list of one: arrays, vectors and spans of branches, views and blocks.
namespace isotypic::detail {

template <class L>
concept listed = !isotypic::matrix<L const&> && requires(L const& x) {
    x.size();
    x[std::size_t{0}];
};

/// A list, or a matrix, whose memory ends with the call.
template <class L>
constexpr bool temporary_memory = !std::is_lvalue_reference_v<L> && owning<std::remove_cvref_t<L>>;
template <class L>
    requires listed<std::remove_cvref_t<L>>
constexpr bool temporary_memory<L> = !std::is_lvalue_reference_v<L> && owning<std::remove_cvref_t<decltype(std::declval<L&>()[std::size_t{0}])>>;

template <class L>
std::size_t list_size(L const& x) {
    if constexpr (listed<L>)
        return x.size();
    else
        return 1;
}
template <class L>
decltype(auto) list_item(L& x, std::size_t i) {
    if constexpr (listed<L>)
        return (x[i]);
    else
        return (x);
}

}  // namespace isotypic::detail
