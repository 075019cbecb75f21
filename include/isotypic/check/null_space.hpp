// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <Eigen/QR>
#include <vector>

/// \file
/// The null space of more equations than memory holds, and how clearly they have one. Only the triangle R of their QR
/// decomposition is kept. With pivots, R = [R1 R2; 0 R3], cut where its diagonal falls steeply:
///
///     1 / |L^-1|_F <= s_r,  [R1 R2] = [L 0] Q,     s_(r+1) <= |R3|_F        for the singular values s_1 >= s_2 >= ...
namespace isotypic::detail {

struct null_space {
    Eigen::MatrixXd basis;  ///< orthonormal columns
    double gap = 0;         ///< at most s_r / s_(r+1)
    double size = 0;        ///< s_(r+1), a share of the largest: what of the equations is left on the basis
};

/// R <- the triangle of [R; more].
inline void fold(Eigen::MatrixXd& triangle, Eigen::MatrixXd const& more) {
    Eigen::MatrixXd all(triangle.rows() + more.rows(), triangle.cols());
    all << triangle, more;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(all);
    triangle = qr.matrixQR().topRows(triangle.cols()).triangularView<Eigen::Upper>();
}

/// Among the vectors orthogonal to `excluded`, orthonormal columns that the equations take to 0: at the last gap of 1e4, and, from
/// small to large, at each gap of 1e2 before it, where what is left is small and not 0. Without one of 1e4, at the steepest alone.
/// What is below a share `rounding` of the largest value counts as this share.
inline std::vector<null_space> null_spaces_of(Eigen::MatrixXd const& triangle, Eigen::MatrixXd const& excluded, double rounding) {
    using Eigen::MatrixXd;
    const index_t k = triangle.cols();
    MatrixXd all(triangle.rows() + excluded.cols(), k);
    all << triangle, triangle.colwise().norm().maxCoeff() * excluded.transpose();  // as weighty as the rest, so they are never the jump
    const Eigen::ColPivHouseholderQR<MatrixXd> pivoted(all);
    const MatrixXd r = pivoted.matrixR().topRows(k).triangularView<Eigen::Upper>();
    const double most = std::fabs(r(0, 0)), least = rounding * most;

    auto cut = [&](index_t rank) -> null_space {
        const Eigen::HouseholderQR<MatrixXd> rows(r.topRows(rank).transpose());
        const MatrixXd l = rows.matrixQR().topRows(rank), q = rows.householderQ();
        const MatrixXd inverse = l.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(rank, rank));
        const double null = std::fmax(r.bottomRightCorner(k - rank, k - rank).norm(), least);
        return {pivoted.colsPermutation() * q.rightCols(k - rank), 1 / (inverse.norm() * null), null / most};
    };
    std::vector<null_space> found;
    index_t steepest = 1;
    double falls = 0;
    for (index_t rank = k; rank >= 1; --rank) {
        const double here = std::fabs(r(rank - 1, rank - 1)), next = std::fmax(rank < k ? std::fabs(r(rank, rank)) : 0, least);
        if (here > falls * next) falls = here / next, steepest = rank;
        const double enough = found.empty() ? 1e4 : 1e2;
        if (here < enough * next) continue;
        null_space at = cut(rank);
        if (at.gap >= enough) found.push_back(std::move(at));
    }
    if (found.empty()) found.push_back(cut(steepest));
    return found;
}

}  // namespace isotypic::detail
