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
/// null space. `left_root` and `right_root` are the roots by themselves, without M. A Gram matrix squares the
/// condition: `exact_svd` is the better engine beyond 1e6. Works in double, allocates, and includes Eigen's
/// decompositions: isotypic.hpp does not bring it.
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

    /// (x'x + e I)^(-1/2) on the values above the cutoff, else 0, for x = M / norm in T.
    template <class T>
    Eigen::MatrixXd inverse_root(Eigen::MatrixXd const& x, double norm) const {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> gram(x.transpose() * x);
        Eigen::VectorXd s = gram.eigenvalues().cwiseMax(0).cwiseSqrt();
        const double k = double(x.rows() > x.cols() ? x.rows() : x.cols());
        const double rounding = std::fmax(k * double(std::numeric_limits<T>::epsilon()), std::sqrt(k * std::numeric_limits<double>::epsilon()));
        const double least = std::fmax(cutoff, rounding) * s(s.size() - 1);
        const double e = relative ? std::sqrt(damping / double(x.cols())) : std::sqrt(damping) / norm;
        for (double& v : s) v = v > least ? 1 / std::hypot(v, e) : 0;
        return gram.eigenvectors() * s.asDiagonal() * gram.eigenvectors().transpose();
    }

private:
    template <device D, class T>
    void right(D& d, view<T const> m, view<T> u) const {
        detail::on_copy(d, m, u, [&](Eigen::MatrixXd const& x, double norm) -> Eigen::MatrixXd { return x * inverse_root<T>(x, norm); });
    }
};

/// out <- (M'M)^(-1/2), n x n for an m x n block: M out is the polar factor, out has M's null space, out(t M) = out(M) / t. The
/// engine gives damping and cutoff; its side plays no part. Overflows where 1 / s_k does. out does not overlap m.
template <device D, class T>
void right_root(D& d, gram_root const& engine, view<T const> m, view<T> out) {
    if (out.rows != m.cols || out.cols != m.cols)
        throw error("isotypic: the root of a block that is " + detail::shape_text(m.rows, m.cols) + " goes to one that is " + detail::shape_text(out.rows, out.cols));
    const scaled_norm norm = scaled_frobenius(d, blocks<T const>(m));
    if (!(norm.size > 0 && std::isfinite(norm.size))) return transform(d, [v = T(0 * norm.size)](T& to) { to = v; }, blocks<T>(out));
    const Eigen::MatrixXd x = engine.inverse_root<T>(detail::unit_copy<double>(m, norm), norm.size / norm.unit);
    for (index_t j = 0; j < out.cols; ++j)
        for (index_t i = 0; i < out.rows; ++i) out(i, j) = T(x(i, j) / norm.size * norm.unit);
}

/// out <- (MM')^(-1/2), m x m for an m x n block: out M is the polar factor.
template <device D, class T>
void left_root(D& d, gram_root const& engine, view<T const> m, view<T> out) {
    right_root(d, engine, m.transposed(), out);
}

}  // namespace isotypic
