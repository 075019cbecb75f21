// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <Eigen/Core>
#include <cmath>

/// \file
/// How the exact engines see a block: an Eigen matrix of their own, of Frobenius norm 1, in double or in a type that they
/// name. The copy makes their bits independent of the block's address and layout and their range that of the
/// block's type; it allocates.
namespace isotypic::detail {

/// m / |m|_F for |m|_F = norm.size / norm.unit.
template <class R, class T>
Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic> unit_copy(view<T const> m, scaled_norm norm) {
    Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic> x(m.rows, m.cols);
    for (index_t j = 0; j < m.cols; ++j)
        for (index_t i = 0; i < m.rows; ++i) x(i, j) = R(double(m(i, j)) * norm.unit / norm.size);
    return x;
}

/// u <- f(m / |m|_F, |m|_F) for a map f of Eigen matrices of R; u may be m. Zero gives zero.
template <class R = double, device D, class T, class F>
void on_copy(D& d, view<T const> m, view<T> u, F const& f) {
    using matrix = Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic>;
    if (!m.size()) return;
    const scaled_norm norm = scaled_frobenius(d, blocks<T const>(m));
    if (!(norm.size > 0 && std::isfinite(norm.size))) return scale(d, 0 * norm.size, blocks<T const>(m), blocks<T>(u));
    const matrix y = f(unit_copy<R>(m, norm), norm.size / norm.unit);
    for (index_t j = 0; j < m.cols; ++j)
        for (index_t i = 0; i < m.rows; ++i) u(i, j) = T(y(i, j));
}

}  // namespace isotypic::detail
