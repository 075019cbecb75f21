// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/residual.hpp>
#include <isotypic/polar/exact_svd.hpp>

/// \file
/// The Hessian of the nuclear norm: the derivative of the polar factor U V' of R = U diag(s) V' along E,
///
///     D = U Q V' + (E V - U F) S^-1 V' + U S^-1 (U'E - F V'),   F = U'E V,   Q_ij = (F_ij - F_ji) / (s_i + s_j)
///
/// The second term is 0 for wide R of full rank, the third for tall ones. Where singular values are 0 to rounding (as in `exact_svd`)
/// it is the derivative among matrices of that rank, so 0 for R = 0, and on 1 x n matrices what `row_sum` has. Works in double,
/// allocates, and includes Eigen's decompositions: isotypic.hpp does not bring it. The same from the Gram matrix, which squares its
/// condition, is in normalization/whitening.hpp.
namespace isotypic::detail {

template <class T>
struct polar_derivative {
    /// out <- share D; out may be e.
    static void write(view<T const> r, view<T const> e, double share, view<T> out) {
        if (!r.size()) return;
        Eigen::MatrixXd x(r.rows, r.cols), t(r.rows, r.cols);
        for (index_t i = 0; i < r.rows; ++i)
            for (index_t j = 0; j < r.cols; ++j) x(i, j) = double(r(i, j)), t(i, j) = double(e(i, j));
        const auto svd = thin_svd(x);
        auto const& s = svd.singularValues();
        const double rounding = double((std::max)(r.rows, r.cols)) * double(std::numeric_limits<T>::epsilon());
        const index_t rank = (s.array() > rounding * s(0)).count();
        const Eigen::MatrixXd u = svd.matrixU().leftCols(rank), v = svd.matrixV().leftCols(rank), tv = t * v, f = u.transpose() * tv;
        const Eigen::VectorXd inverse = s.head(rank).cwiseInverse().cwiseMin(1.7e308);
        Eigen::MatrixXd q(rank, rank);
        for (index_t i = 0; i < rank; ++i)
            for (index_t j = 0; j < rank; ++j) q(i, j) = (f(i, j) - f(j, i)) / (s(i) + s(j));
        const Eigen::MatrixXd left = u * q + (tv - u * f) * inverse.asDiagonal(), right = inverse.asDiagonal() * (u.transpose() * t - f * v.transpose());
        const Eigen::MatrixXd d = left * v.transpose() + u * right;
        for (index_t i = 0; i < r.rows; ++i)
            for (index_t j = 0; j < r.cols; ++j) out(i, j) = T(share * d(i, j));
    }
};

}  // namespace isotypic::detail
