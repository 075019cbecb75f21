// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <Eigen/QR>

/// \file
/// The null space of more equations than memory holds, and how clearly they have one. Only the triangle R of their QR
/// decomposition is kept. With pivots, R = [R1 R2; 0 R3], cut where its diagonal falls most steeply:
///
///     1 / |L^-1|_F <= s_r,  [R1 R2] = [L 0] Q,     s_(r+1) <= |R3|_F        for the singular values s_1 >= s_2 >= ...
namespace isotypic::detail {

struct null_space {
    Eigen::MatrixXd basis;  ///< orthonormal columns
    double gap = 0;         ///< at most s_r / s_(r+1)
};

/// R <- the triangle of [R; more].
inline void fold(Eigen::MatrixXd& triangle, Eigen::MatrixXd const& more) {
    Eigen::MatrixXd all(triangle.rows() + more.rows(), triangle.cols());
    all << triangle, more;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(all);
    triangle = qr.matrixQR().topRows(triangle.cols()).triangularView<Eigen::Upper>();
}

/// Among the vectors orthogonal to `excluded`, orthonormal columns that the equations take to 0. What is below a share `rounding`
/// of the largest value counts as this share.
inline null_space null_space_of(Eigen::MatrixXd const& triangle, Eigen::MatrixXd const& excluded, double rounding) {
    using Eigen::MatrixXd;
    const index_t k = triangle.cols();
    MatrixXd all(triangle.rows() + excluded.cols(), k);
    all << triangle, triangle.colwise().norm().maxCoeff() * excluded.transpose();  // as weighty as the rest, so they are never the jump
    const Eigen::ColPivHouseholderQR<MatrixXd> pivoted(all);
    const MatrixXd r = pivoted.matrixR().topRows(k).triangularView<Eigen::Upper>();
    const double least = rounding * std::fabs(r(0, 0));

    index_t rank = 0;
    double steepest = 0;
    for (index_t j = 1; j <= k; ++j) {
        const double here = std::fabs(r(j - 1, j - 1)), next = std::fmax(j < k ? std::fabs(r(j, j)) : 0, least);
        if (here > steepest * next) steepest = here / next, rank = j;
    }
    const Eigen::HouseholderQR<MatrixXd> rows(r.topRows(rank).transpose());
    const MatrixXd l = rows.matrixQR().topRows(rank), q = rows.householderQ();
    const MatrixXd inverse = l.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(rank, rank));
    const double null = r.bottomRightCorner(k - rank, k - rank).norm();
    return {pivoted.colsPermutation() * q.rightCols(k - rank), 1 / (inverse.norm() * std::fmax(null, least))};
}

}  // namespace isotypic::detail
