// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/as_view.hpp>

/// \file
/// What a rule works on: one matrix, a batch of equally shaped ones (heads, experts), or a pair
/// joined along their rows (SwiGLU gate and up: row i of both belongs to neuron i).
///
///     item k, panel p:   data[p] + k * stride,  a rows x cols view with two strides
///
/// Each item is a block of its own: no rule mixes items. A joined pair counts as one matrix of
/// rows x 2 cols whose two halves lie apart; transposed, as one of 2 rows x cols.
namespace isotypic {

/// See the file's comment.
template <class T, class Space = host>
struct blocks {
    using value_type = std::remove_const_t<T>;
    using space = Space;

    view<T, Space> first;           ///< item 0, panel 0
    index_t count = 1, stride = 0;  ///< items, and elements from one to the next
    T* second = nullptr;            ///< the other panel of item 0, if joined
    bool joined = false;            ///< two panels
    bool stacked = false;           ///< the panels share columns instead of rows (a transposed pair)

    constexpr blocks() = default;
    constexpr blocks(view<T, Space> one) : first(one) {}
    constexpr blocks(view<T, Space> one, index_t items, index_t between) : first(one), count(items), stride(items == 1 ? 0 : between) {}

    template <class U>
        requires(std::is_same_v<const U, T>)
    constexpr blocks(view<U, Space> one) : first(one) {}
    template <class U>
        requires(std::is_same_v<const U, T>)
    constexpr blocks(blocks<U, Space> b)
        : first(b.first), count(b.count), stride(b.stride), second(b.second), joined(b.joined), stacked(b.stacked) {}

    constexpr index_t rows() const { return first.rows; }
    constexpr index_t cols() const { return first.cols; }
    constexpr index_t panels() const { return joined ? 2 : 1; }
    constexpr index_t matrices() const { return count * panels(); }
    constexpr index_t size() const { return matrices() * first.size(); }

    /// Panel p of item k.
    constexpr view<T, Space> panel(index_t k, index_t p = 0) const {
        view<T, Space> v = first;
        if (v.size()) v.data = (p ? second : v.data) + k * stride;
        return v;
    }
    /// Matrix i of all: panel i % panels() of item i / panels().
    constexpr view<T, Space> matrix(index_t i) const { return panel(i / panels(), i % panels()); }

    constexpr blocks transposed() const {
        blocks t = *this;
        t.first = first.transposed(), t.stacked = joined && !stacked;
        return t;
    }

    template <class U>
    constexpr bool same_shape(blocks<U, Space> const& o) const {
        return rows() == o.rows() && cols() == o.cols() && count == o.count && joined == o.joined &&
               stacked == o.stacked;
    }
};

/// One matrix, or a three-axis array as a batch of matrices along its first axis.
template <matrix X>
auto as_blocks(X&& x) {
    using plain = std::remove_cvref_t<X>;
    if constexpr (detail::is_view<plain> || detail::eigen_like<std::remove_reference_t<X>>) {
        return blocks(as_view(std::forward<X>(x)));
    } else {
        auto a = detail::axes_of(x);
        using T = std::remove_reference_t<decltype(*a.data)>;
        if (a.rank != 3) return blocks<T>(as_view(std::forward<X>(x)));
        return blocks<T>(view(a.data, a.extent[1], a.extent[2], a.stride[1], a.stride[2]), a.extent[0], a.stride[0]);
    }
}
template <class T, class S>
blocks<T, S> as_blocks(blocks<T, S> b) {
    return b;
}

/// The rows of x cut into `heads` equal bands, each a block of its own (q, k, v weights: out x in).
template <matrix X>
auto row_heads(X&& x, index_t heads) {
    auto v = as_view(std::forward<X>(x));
    if (heads < 1 || v.rows % heads)
        throw error("isotypic: " + std::to_string(v.rows) + " rows cannot be cut into " + std::to_string(heads) + " equal heads");
    const index_t h = v.rows / heads;
    return blocks(v.part(0, 0, h, v.cols), heads, h * v.row_stride);
}

/// The columns of x cut into `heads` equal bands (the output projection: out x in).
template <matrix X>
auto column_heads(X&& x, index_t heads) {
    auto v = as_view(std::forward<X>(x));
    if (heads < 1 || v.cols % heads)
        throw error("isotypic: " + std::to_string(v.cols) + " columns cannot be cut into " + std::to_string(heads) + " equal heads");
    const index_t h = v.cols / heads;
    return blocks(v.part(0, 0, v.rows, h), heads, h * v.col_stride);
}

/// Two equal matrices (or batches) as one: row i of the pair is row i of both.
template <class A, class B>
auto joined(A&& a, B&& b) {
    auto x = as_blocks(std::forward<A>(a));
    auto y = as_blocks(std::forward<B>(b));
    static_assert(std::is_same_v<decltype(x), decltype(y)>, "a joined pair holds two matrices of one element type");
    auto const &u = x.first, &v = y.first;
    if (x.joined || y.joined || !x.same_shape(y) || u.row_stride != v.row_stride || u.col_stride != v.col_stride || x.stride != y.stride)
        throw error("isotypic: a joined pair needs two matrices of one shape and layout, here " +
                    detail::shape_text(u.rows, u.cols) + " and " + detail::shape_text(v.rows, v.cols));
    x.joined = true, x.second = v.data;
    return x;
}

}  // namespace isotypic
