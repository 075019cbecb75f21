// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/on_copy.hpp>
#include <Eigen/Eigenvalues>
#include <limits>

/// \file
/// The polar factor from the eigenvectors of a Gram matrix, M (M'M)^(-1/2) or (MM')^(-1/2) M.
///
///     s_k  ->  s_k / sqrt(s_k^2 + e)  where s_k > cutoff * s_1,  else 0
///
/// Both sides give the same matrix; a side only names which Gram matrix is formed (arXiv 2605.18106: right
/// for tall blocks, left for wide ones). e = 0 is the polar factor with the pseudo-inverse's meaning on the
/// null space. A Gram matrix squares the condition: `exact_svd` is the better engine beyond 1e6. Works in
/// double, allocates, and includes Eigen's decompositions: isotypic.hpp does not bring it.
namespace isotypic {

/// Whose Gram matrix: MM' (left), M'M (right), or the smaller of the two.
enum class gram_side { shorter, left, right };

/// See the file's comment.
struct gram_root {
    gram_side side = gram_side::shorter;
    double damping = 0;     ///< e: 1e-8 in the code of arXiv 2605.18106, which holds while s_k^2 stays far above it
    bool relative = false;  ///< e = damping * tr(C) / n for the n x n Gram matrix C (derived): no scale is special
    /// A share of s_1; what rounding leaves open where that is more: with k = max(m, n), k eps of the block's
    /// type for the block itself, sqrt(k eps) of double for its Gram matrix.
    double cutoff = 0;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    bool scale_free() const { return damping == 0 || relative; }

    template <device D, class T>
    void operator()(D& d, view<T const> m, view<T> u) const {
        if (side == gram_side::left || (side == gram_side::shorter && m.rows < m.cols))
            right(d, m.transposed(), u.transposed());
        else
            right(d, m, u);
    }

private:
    template <device D, class T>
    void right(D& d, view<T const> m, view<T> u) const {
        detail::on_copy(d, m, u, [&](Eigen::MatrixXd const& x, double norm) -> Eigen::MatrixXd {
            const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> gram(x.transpose() * x);
            Eigen::VectorXd s = gram.eigenvalues().cwiseMax(0).cwiseSqrt();
            const double k = double(m.rows > m.cols ? m.rows : m.cols);
            const double rounding = std::fmax(k * double(std::numeric_limits<T>::epsilon()), std::sqrt(k * std::numeric_limits<double>::epsilon()));
            const double least = std::fmax(cutoff, rounding) * s(s.size() - 1);
            const double e = relative ? std::sqrt(damping / double(m.cols)) : std::sqrt(damping) / norm;
            for (double& v : s) v = v > least ? 1 / std::hypot(v, e) : 0;
            return x * (gram.eigenvectors() * s.asDiagonal() * gram.eigenvectors().transpose());
        });
    }
};

}  // namespace isotypic
