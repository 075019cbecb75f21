// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/blocks.hpp>

/// \file
/// Arrays of samples x features, or of items x samples x features, as few matrices as their strides allow.
namespace isotypic::detail {

/// Row-major memory, in the shape of another.
template <class T, class U>
blocks<T> dense_as(T* memory, blocks<U> const& like) {
    return {view<T>(memory, like.rows(), like.cols()), like.count, like.rows() * like.cols()};
}
/// All items of a dense block as one matrix.
template <class T>
view<T> matrix_of(blocks<T> const& x) {
    return view<T>(x.first.data, x.count * x.rows(), x.cols());
}
template <class T>
view<T> rows_of(blocks<T> const& x, index_t at, index_t count) {
    return matrix_of(x).part(at, 0, count, x.cols());
}

/// y as few matrices as its strides allow: f(matrix, number of its first row).
template <class T, class F>
void for_each_slab(blocks<T> const& y, F const& f) {
    view<T> whole = y.first;
    whole.rows *= y.count;
    if (y.rows() == 1) whole.row_stride = y.count > 1 ? y.stride : whole.row_stride;
    if (y.count <= 1 || y.rows() == 1 || y.stride == y.rows() * y.first.row_stride) return f(whole, index_t{0});
    for (index_t k = 0; k < y.count; ++k) f(y.panel(k), k * y.rows());
}

}  // namespace isotypic::detail
