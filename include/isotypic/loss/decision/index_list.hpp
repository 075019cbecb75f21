// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <initializer_list>
#include <ranges>
#include <span>

/// \file
/// Indices as an argument: a vector, array or span of index_t, or {0, 3}. It does not own them.
namespace isotypic {

class index_list {
public:
    index_list(std::initializer_list<index_t> list) : at(std::span<index_t const>(list)) {}
    template <std::ranges::range R>
    index_list(R const& list) {
        constexpr bool fits = std::is_convertible_v<R const&, std::span<index_t const>>;
        static_assert(fits, "indices of rows and of known costs are of isotypic::index_t: std::vector<isotypic::index_t>");
        if constexpr (fits) at = list;
    }
    operator std::span<index_t const>() const { return at; }

private:
    std::span<index_t const> at;
};

}  // namespace isotypic
