// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu.hpp>
#include <isotypic/group/random.hpp>
#include <cstring>
#include <vector>

/// \file
/// Matrices for tests: random numbers in a chosen order, at a chosen distance from a cache line.
namespace isotypic {

enum class order { rows, columns, strided };
inline constexpr order orders[] = {order::rows, order::columns, order::strided};

/// `items` matrices one after the other, each m x n, beginning `shift` elements after a 64-byte boundary.
template <class T>
struct storage {
    detail::aligned_bytes memory;
    blocks<T> all;

    storage(index_t m, index_t n, order o = order::rows, index_t shift = 0, index_t items = 1)
        : memory(detail::allocate_bytes(sizeof(T) * std::size_t(shift + items * (3 * m + 1) * (2 * n + 1)))) {
        T* first = reinterpret_cast<T*>(memory.get()) + shift;
        view<T> one = o == order::rows      ? view<T>(first, m, n)
                      : o == order::columns ? column_major(first, m, n)
                                            : view<T>(first, m, n, 3, 2 * 3 * m + 1);
        all = blocks<T>(one, items, (3 * m + 1) * (2 * n + 1));
    }
    view<T> one() const { return all.first; }

    /// Numbers in (-size, size), the same for every order.
    storage& fill(std::uint64_t which, double size = 1) {
        random_stream random(seed(), which);
        for (index_t k = 0; k < all.count; ++k)
            for (index_t i = 0; i < all.rows(); ++i)
                for (index_t j = 0; j < all.cols(); ++j) all.panel(k)(i, j) = T(size * (2 * random.uniform() - 1));
        return *this;
    }
};

/// The elements row by row.
template <class T>
std::vector<std::remove_const_t<T>> elements(view<T> x) {
    std::vector<std::remove_const_t<T>> e;
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) e.push_back(x(i, j));
    return e;
}

template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), sizeof(T) * a.size()) == 0);
}

}  // namespace isotypic
