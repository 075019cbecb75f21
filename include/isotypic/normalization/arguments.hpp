// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/layout.hpp>
#include <cmath>
#include <optional>
#include <string>

/// \file
/// What norms and metrics take, and the errors that say what is wrong with it and where.
namespace isotypic::detail {

template <class B>
std::string axes_text(B const& x) {
    return (x.count > 1 ? std::to_string(x.count) + " x " : "") + shape_text(x.rows(), x.cols());
}

/// Of a vector, 1 x n or n x 1.
template <class T, class Index>
T& entry(view<T> v, Index i) {
    return v.rows == 1 ? v(0, index_t(i)) : v(index_t(i), 0);
}

/// Of a number; the item is said where there are several.
struct place {
    index_t item, row, col;
    bool one;
    std::string text() const {
        std::string at = one ? std::string() : std::to_string(item).append(", ");
        return at.append(std::to_string(row)).append(", ").append(std::to_string(col));
    }
};
template <class T>
std::optional<place> first_not_finite(blocks<T> const& x) {
    for (index_t k = 0; k < x.count; ++k)
        for (index_t i = 0; i < x.rows(); ++i)
            for (index_t j = 0; j < x.cols(); ++j)
                if (!std::isfinite(x.panel(k)(i, j))) return place{k, i, j, x.count <= 1};
    return {};
}
template <class T>
void require_finite(std::string const& what, blocks<T> const& x) {
    if (const auto where = first_not_finite(x)) throw error("isotypic: " + what + ": the input is not finite at (" + where->text() + ")");
}

template <class X>
auto to_read(X&& x) {
    static_assert(requires { as_blocks(std::forward<X>(x)); }, "isotypic: this has no memory of its own: evaluate it, or pass a container, a map or a view");
    const auto b = as_blocks(std::forward<X>(x));
    using T = typename decltype(b)::value_type;
    using S = typename decltype(b)::space;
    static_assert(stored_in<T, S>, "isotypic: a norm takes float or double, and in a GPU's memory 16 bits");
    return blocks<T const, S>(b);
}

/// Throws unless y lies where x does, or elsewhere altogether.
template <class T, class U, class S>
void require_apart(std::string const& what, blocks<T, S> const& x, blocks<U, S> const& y) {
    if (!same_place(x, y) && overlap(x, y)) throw error("isotypic: " + what + ": input and result share some memory, but not all of it");
}

inline void require_eps(std::string const& what, double eps) {
    if (!(eps >= 0 && std::isfinite(eps))) throw error("isotypic: " + what + ": eps = " + std::to_string(eps));
}

}  // namespace isotypic::detail
