// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/view.hpp>
#include <cstddef>
#include <utility>

/// \file
/// What counts as a matrix: whatever `as_view(x)` accepts, without a copy and without including the
/// library that x comes from. A type is recognised by its members:
///
///   Eigen     data() rows() cols() innerStride() outerStride() IsRowMajor
///   xtensor   data() data_offset() shape() strides()          (a view's data() is its parent's)
///   mdspan    data_handle() extent(r) stride(r) rank()
///
/// and a pointer with its shape is `as_view(p, rows, cols)`. Lazy expressions have no address and are
/// refused; a vector is a matrix of one column.
namespace isotypic {
namespace detail {

/// Eigen's transpose, array and diagonal have data() even around a lazy expression; its DirectAccessBit tells.
template <class X>
concept lazy = requires { requires !(unsigned(X::Flags) & 0x40u); };

template <class X>
concept eigen_like = !lazy<X> && requires(X& x) {
    *x.data();
    { x.rows() } -> std::convertible_to<index_t>;
    { x.cols() } -> std::convertible_to<index_t>;
    { x.innerStride() } -> std::convertible_to<index_t>;
    { x.outerStride() } -> std::convertible_to<index_t>;
    { bool(X::IsRowMajor) };
};

template <class X>
concept xtensor_like = requires(X& x) {
    *x.data();
    { x.data_offset() } -> std::convertible_to<std::size_t>;
    x.shape().size();
    x.strides()[0];
};

template <class X>
concept mdspan_like = requires(X& x) {
    *x.data_handle();
    { x.extent(0) } -> std::convertible_to<std::size_t>;
    { x.stride(0) } -> std::convertible_to<std::size_t>;
    { x.rank() } -> std::convertible_to<std::size_t>;
};

template <class X>
inline constexpr bool is_view = false;
template <class T, class S>
inline constexpr bool is_view<view<T, S>> = true;

template <class X>
concept has_address = is_view<X> || eigen_like<X> || xtensor_like<X> || mdspan_like<X>;

/// True for containers that free their memory when they go: a view of a temporary one would dangle.
template <class X>
concept owning = requires { requires std::is_same_v<typename X::PlainObject, X>; } ||
                 requires { requires std::is_same_v<typename X::temporary_type, X>; };

inline constexpr index_t max_axes = 8;

/// An N-d array as pointer, extents and strides, for N up to `max_axes`.
template <class T>
struct axes {
    T* data;
    index_t rank, extent[max_axes], stride[max_axes];
};

template <class X>
auto axes_of(X& x) {
    if constexpr (mdspan_like<X>) {
        axes<std::remove_reference_t<decltype(*x.data_handle())>> a{x.data_handle(), index_t(x.rank()), {}, {}};
        for (std::size_t r = 0; r < std::size_t(a.rank) && r < std::size_t(max_axes); ++r)
            a.extent[r] = index_t(x.extent(r)), a.stride[r] = index_t(x.stride(r));
        return a;
    } else {
        axes<std::remove_reference_t<decltype(*x.data())>> a{x.data() + x.data_offset(), index_t(x.shape().size()), {}, {}};
        for (std::size_t r = 0; r < std::size_t(a.rank) && r < std::size_t(max_axes); ++r)
            a.extent[r] = index_t(x.shape()[r]), a.stride[r] = index_t(x.strides()[r]);
        return a;
    }
}

}  // namespace detail

/// Anything `as_view` accepts.
template <class X>
concept matrix = detail::has_address<std::remove_cvref_t<X>>;

/// The view of a matrix; its elements are const where the matrix may only be read. Throws on an array of
/// another rank than 1 or 2.
template <matrix X>
auto as_view(X&& x) {
    using plain = std::remove_cvref_t<X>;
    static_assert(std::is_lvalue_reference_v<X> || !detail::owning<plain>,
                  "this matrix is a temporary: its memory is gone before the view is used, give it a name");
    if constexpr (detail::is_view<plain>) {
        return x;
    } else if constexpr (detail::eigen_like<std::remove_reference_t<X>>) {
        using T = std::remove_reference_t<decltype(*x.data())>;
        const index_t inner = x.innerStride(), outer = x.outerStride();
        return plain::IsRowMajor ? view<T>(x.data(), x.rows(), x.cols(), outer, inner)
                                 : view<T>(x.data(), x.rows(), x.cols(), inner, outer);
    } else {
        auto a = detail::axes_of(x);
        if (a.rank == 1) return view(a.data, a.extent[0], index_t{1}, a.stride[0], a.extent[0]);
        if (a.rank != 2)
            throw error("isotypic: a matrix has two axes, this array has " + std::to_string(a.rank) +
                        "; pass heads and experts through as_blocks");
        return view(a.data, a.extent[0], a.extent[1], a.stride[0], a.stride[1]);
    }
}

/// A dense row-major matrix behind a pointer.
template <class T>
constexpr view<T> as_view(T* first, index_t rows, index_t cols) {
    return {first, rows, cols};
}

/// Any strides, counted in elements.
template <class T>
constexpr view<T> as_view(T* first, index_t rows, index_t cols, index_t row_stride, index_t col_stride) {
    return {first, rows, cols, row_stride, col_stride};
}

}  // namespace isotypic
