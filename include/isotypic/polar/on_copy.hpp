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

/// u <- f(m / |m|_F, |m|_F) for a map f of Eigen matrices of R; u may be m. Zero gives zero.
template <class R = double, device D, class T, class F>
void on_copy(D& d, view<T const> m, view<T> u, F const& f) {
    using matrix = Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic>;
    if (!m.size()) return;
    const double norm = frobenius(d, blocks<T const>(m));
    if (!(norm > 0 && std::isfinite(norm))) return scale(d, 0 * norm, blocks<T const>(m), blocks<T>(u));
    matrix x(m.rows, m.cols);
    for (index_t j = 0; j < m.cols; ++j)
        for (index_t i = 0; i < m.rows; ++i) x(i, j) = R(double(m(i, j)) / norm);
    const matrix y = f(x, norm);
    for (index_t j = 0; j < m.cols; ++j)
        for (index_t i = 0; i < m.rows; ++i) u(i, j) = T(y(i, j));
}

}  // namespace isotypic::detail
