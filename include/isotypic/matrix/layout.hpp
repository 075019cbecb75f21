// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/blocks.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

/// \file
/// Where elements lie: the dense layout that scratch and state inherit from a block, and the two
/// questions asked before anything is written: does a block overlap itself, does it overlap another.
namespace isotypic {

/// A dense block of the shape of `like` at `memory`, with the same axis innermost, so that both take
/// the same fast path.
template <class T, class U, class S>
blocks<T, S> dense_like(T* memory, blocks<U, S> const& like) {
    const auto& f = like.first;
    const bool column = std::abs(f.row_stride) < std::abs(f.col_stride);
    view<T, S> v = column ? view<T, S>(memory, f.rows, f.cols, 1, f.rows) : view<T, S>(memory, f.rows, f.cols);
    blocks<T, S> b(v, like.count, f.size());
    b.joined = like.joined, b.stacked = like.stacked;
    if (b.joined) b.second = memory + b.count * f.size();
    return b;
}

/// One item of a batch as a batch of its own.
template <class T, class S>
constexpr blocks<T, S> item(blocks<T, S> x, index_t k) {
    if (x.size()) x.first.data += k * x.stride;
    if (x.second) x.second += k * x.stride;
    x.count = 1;
    return x;
}

/// How many rows x has in all: those of a joined pair count once, those of a stacked pair twice.
template <class T, class S>
constexpr index_t row_count(blocks<T, S> const& x) {
    return x.count * x.rows() * (x.stacked ? 2 : 1);
}

/// Where the numbers of matrix i's rows begin in an array of `row_count(x)`.
template <class T, class S>
constexpr index_t row_offset(blocks<T, S> const& x, index_t i) {
    return x.rows() * (x.stacked ? i : i / x.panels());
}

namespace detail {

template <class X, class... Rest>
constexpr X const& first_of(X const& x, Rest const&...) {
    return x;
}

/// Extent and stride of an axis longer than one.
struct axis {
    index_t extent = 1, stride = 0;
};

/// The axes of one panel over all items, by falling stride; unused ones have extent 1. An axis that goes on
/// where the next one ends is one with it: heads one below the other are a matrix again.
template <class T, class S>
std::array<axis, 3> axes_of_panel(blocks<T, S> const& x) {
    auto clean = [](index_t n, index_t s) { return n > 1 ? axis{n, std::abs(s)} : axis{1, 0}; };
    std::array<axis, 3> a{clean(x.count, x.stride), clean(x.rows(), x.first.row_stride), clean(x.cols(), x.first.col_stride)};
    auto order = [&](std::size_t i, std::size_t j) { if (a[i].stride < a[j].stride) std::swap(a[i], a[j]); };
    order(0, 1), order(1, 2), order(0, 1);
    for (std::size_t k = 2; k-- > 0;)
        if (a[k + 1].extent > 1 && a[k].stride == a[k + 1].extent * a[k + 1].stride) a[k].extent *= a[k + 1].extent, a[k].stride = a[k + 1].stride, a[k + 1] = {1, 0};
    return a;
}

/// Lowest and highest element of a panel over all items.
template <class T, class S>
std::pair<std::uintptr_t, std::uintptr_t> range_of(blocks<T, S> const& x, index_t panel) {
    auto at = reinterpret_cast<std::uintptr_t>(x.panel(0, panel).data);
    std::uintptr_t low = at, high = at + sizeof(T) - 1;
    auto widen = [&](index_t n, index_t s) {
        const index_t reach = (n - 1) * s * index_t(sizeof(T));
        (reach < 0 ? low : high) += std::uintptr_t(reach);
    };
    widen(x.count, x.stride), widen(x.rows(), x.first.row_stride), widen(x.cols(), x.first.col_stride);
    return {low, high};
}

/// An axis of two blocks together, with how far each goes along it.
struct shared_axis {
    index_t stride, mine, yours;
};

/// The axes of both by falling stride, one of each with equal strides as one; unused ones have extents 1.
inline std::array<shared_axis, 6> merged(std::array<axis, 3> const& a, std::array<axis, 3> const& b) {
    std::array<shared_axis, 6> m;
    m.fill({0, 1, 1});
    std::size_t n = 0;
    for (axis const& x : a)
        if (x.extent > 1) m[n++] = {x.stride, x.extent, 1};
    for (axis const& y : b) {
        if (y.extent == 1) continue;
        std::size_t k = 0;
        while (k < n && (m[k].stride != y.stride || m[k].yours > 1)) ++k;
        m[k].stride = y.stride, m[k].yours = y.extent, n += k == n;
    }
    std::sort(m.begin(), m.end(), [](auto const& x, auto const& y) { return x.stride > y.stride; });
    return m;
}

/// Does each axis step over all that the shorter ones reach? Then no two indices of one block meet.
inline bool nested(std::array<shared_axis, 6> const& a) {
    index_t reach = 0;
    for (std::size_t k = a.size(); k-- > 0;) {
        const index_t most = (std::max)(a[k].mine, a[k].yours) - 1;
        if (most > 0 && a[k].stride <= reach) return false;
        reach += most * a[k].stride;
    }
    return true;
}

inline bool nested(std::array<axis, 3> const& a) { return nested(merged(a, {})); }

/// Is `distance` a sum of (i - j) * stride with 0 <= i < mine, 0 <= j < yours, one term an axis? For nested axes.
inline bool reachable(std::array<shared_axis, 6> const& a, std::size_t k, index_t distance) {
    if (k == a.size() || a[k].stride == 0) return distance == 0;
    const index_t q = distance / a[k].stride;
    for (index_t i = q - 1; i <= q + 1; ++i)
        if (i < a[k].mine && -i < a[k].yours && reachable(a, k + 1, distance - i * a[k].stride)) return true;
    return false;
}

template <class T, class U, class S>
bool panels_overlap(blocks<T, S> const& x, index_t p, blocks<U, S> const& y, index_t q) {
    const auto [xl, xh] = range_of(x, p);
    const auto [yl, yh] = range_of(y, q);
    if (xh < yl || yh < xl) return false;
    const auto both = merged(axes_of_panel(x), axes_of_panel(y));
    const auto bytes = std::intptr_t(yl - xl);
    if (sizeof(T) != sizeof(U) || bytes % std::intptr_t(sizeof(T)) || !nested(both)) return true;
    return reachable(both, 0, bytes / std::intptr_t(sizeof(T)));
}

}  // namespace detail

/// True where an axis longer than one does not move: such a view repeats elements (a broadcast).
template <class T, class S>
bool has_zero_stride(blocks<T, S> const& x) {
    return x.size() && ((x.count > 1 && !x.stride) || (x.rows() > 1 && !x.first.row_stride) || (x.cols() > 1 && !x.first.col_stride));
}

/// True where two indices may reach one element. Exact for nested axes (each stride longer than the
/// reach of the shorter ones); other layouts count as overlapping.
template <class T, class S>
bool overlaps_itself(blocks<T, S> const& x) {
    return x.size() && (!detail::nested(detail::axes_of_panel(x)) || (x.joined && detail::panels_overlap(x, 0, x, 1)));
}

/// True where the two may share an element. Exact where their axes together are nested, such as bands of one matrix
/// of any widths; else by address range.
template <class T, class U, class S>
bool overlap(blocks<T, S> const& x, blocks<U, S> const& y) {
    if (!x.size() || !y.size()) return false;
    for (index_t p = 0; p < x.panels(); ++p)
        for (index_t q = 0; q < y.panels(); ++q)
            if (detail::panels_overlap(x, p, y, q)) return true;
    return false;
}

/// Do equal indices reach equal elements? For equal shapes.
template <class T, class U, class S>
bool same_place(blocks<T, S> const& x, blocks<U, S> const& y) {
    auto along = [](index_t extent, index_t a, index_t b) { return extent <= 1 || a == b; };
    return x.first.data == y.first.data && x.second == y.second && along(x.rows(), x.first.row_stride, y.first.row_stride) &&
           along(x.cols(), x.first.col_stride, y.first.col_stride) && along(x.count, x.stride, y.stride);
}

}  // namespace isotypic
