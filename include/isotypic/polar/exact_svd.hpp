// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/on_copy.hpp>
#include <Eigen/SVD>
#include <limits>

/// \file
/// The polar factor by a singular value decomposition, to rounding:
///
///     M = U diag(s) V',     polar(M) = sum of u_k v_k' over s_k > cutoff * s_1
///
/// a partial isometry: its singular values are 1 and 0, and M and it have the same rank. Works in double
/// whatever the block holds, by Jacobi rotations (Eigen 3.4's divide and conquer gives NaN where many
/// singular values are equal). Allocates, and includes Eigen's decompositions: isotypic.hpp does not bring it.
namespace isotypic {
namespace detail {

inline auto thin_svd(Eigen::MatrixXd const& x) {
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
    return Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::ComputeThinU | Eigen::ComputeThinV>(x);
#else
    return Eigen::JacobiSVD<Eigen::MatrixXd>(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
#endif
}

}  // namespace detail

/// See the file's comment. `polar<exact_svd>{}` is a part, `spectral<exact_svd>{}` a norm.
struct exact_svd {
    /// A share of s_1; max(m, n) times the rounding of the block's type where that is more.
    double cutoff = 0;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool any_device = true;  // by exact_items.hpp

    template <device D, class T>
    void operator()(D& d, view<T const> m, view<T> u) const {
        detail::on_copy(d, m, u, [&](Eigen::MatrixXd const& x, double) -> Eigen::MatrixXd {
            const auto svd = detail::thin_svd(x);
            const double rounding = double(m.rows > m.cols ? m.rows : m.cols) * double(std::numeric_limits<T>::epsilon());
            const double least = std::fmax(cutoff, rounding) * svd.singularValues()(0);
            const index_t rank = (svd.singularValues().array() > least).count();
            return svd.matrixU().leftCols(rank) * svd.matrixV().leftCols(rank).transpose();
        });
    }
};

}  // namespace isotypic
