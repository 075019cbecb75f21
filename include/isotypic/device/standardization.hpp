// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/blocks.hpp>

/// \file
/// Lines of numbers brought to mean 0 and size 1, and the derivative of that map, a symmetric matrix:
///
///     y = r (x - m 1),    r = (|x - m 1|^2 / q + eps)^(-1/2)
///     J t = r (t - mean(t) 1 - y <y, t> / q)
///
/// m is the mean, or 0 (then mean(t) goes as well); q is the length of a line, or 1. A line is a row of each item, or the same row
/// of all items together. A line of zeros with eps = 0 has y = 0 and J = 0. Squares may leave the range of double.
namespace isotypic {

/// See the file's comment.
struct standardization {
    double eps = 0;
    bool centred = false;   ///< m is the mean
    bool unit = false;      ///< q = 1
    bool together = false;  ///< row i of all items is one line
    bool fixed = false;     ///< m and r come from elsewhere: J = r
};

/// m and r of every line.
template <class T>
struct line_statistics {
    T *mean, *inverse;
};

/// y <- gain y + shift, a number each for the lines themselves, or for the places along a line, where item k begins at k * stride.
/// Either may be null: 1 and 0.
template <class T>
struct line_affine {
    T const *gain = nullptr, *shift = nullptr;
    index_t stride = 0;
    bool of_lines = false;
};

/// Where the gradients of gain and shift go; both null, or neither.
struct line_affine_gradient {
    double *gain = nullptr, *shift = nullptr;
};

}  // namespace isotypic
