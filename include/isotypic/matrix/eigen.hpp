// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/view.hpp>
#include <Eigen/Core>

/// \file
/// The way back: a view as an Eigen matrix, without a copy, for rules written in Eigen's words.
namespace isotypic {

/// x(i, j) = as_eigen(x)(i, j). Reads where T is const; any strides.
template <class T>
auto as_eigen(view<T> x) {
    using matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic>;
    using strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, matrix const, matrix>, Eigen::Unaligned, strides>(
        x.data, x.rows, x.cols, strides(x.col_stride, x.row_stride));
}

}  // namespace isotypic
