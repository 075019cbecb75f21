// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/symmetry_algebra.hpp>
#include <isotypic/matrix/eigen.hpp>

/// \file
/// An element (A, B, A', B') of gl(m) + gl(n) + gl(m) + gl(n) as one vector: A, B, A', B' column by column, one after the other.
namespace isotypic::detail {

using Eigen::MatrixXd, Eigen::VectorXd;

/// Which of the four, or of the two that move the input.
enum side : int { row_side, col_side, row_side_out, col_side_out };

struct algebra_coordinates {
    index_t m, n;

    index_t half() const { return m * m + n * n; }
    index_t length() const { return 2 * half(); }
    index_t size(int side) const { return side % 2 ? n : m; }
    index_t first(int side) const { return (side / 2) * half() + (side % 2) * m * m; }

    /// Square matrices, each a column, as elements that are 0 but for one side.
    MatrixXd placed(int side, MatrixXd const& squares) const {
        MatrixXd v = MatrixXd::Zero(length(), squares.cols());
        v.middleRows(first(side), squares.rows()) = squares;
        return v;
    }
    MatrixXd identity(int side) const { return placed(side, MatrixXd::Identity(size(side), size(side)).reshaped()); }

    /// The two directions that do nothing, (I, -I) on the input and on the output, of norm 1.
    MatrixXd idle() const {
        MatrixXd v(length(), 2);
        v << identity(row_side) - identity(col_side), identity(row_side_out) - identity(col_side_out);
        return v / std::sqrt(double(m + n));
    }
    /// The matrix of (A, B) |-> A x + x B, column by column: [x' (x) 1, 1 (x) x].
    MatrixXd moves(MatrixXd const& x) const {
        MatrixXd y = MatrixXd::Zero(m * n, half());
        for (index_t j = 0; j < n; ++j) {
            for (index_t i = 0; i < m; ++i) y.block(j * m, i * m, m, m).diagonal().setConstant(x(i, j));
            y.block(j * m, m * m + j * n, m, n) = x;
        }
        return y;
    }
    algebra_element element(VectorXd const& v) const {
        auto part = [&](int side) {
            const index_t k = size(side);
            specimen x(k, k);
            as_eigen(x.panel(0, 0)) = v.segment(first(side), k * k).reshaped(k, k);
            return x;
        };
        return {part(row_side), part(col_side), part(row_side_out), part(col_side_out)};
    }
};

/// The columns of x without their parts in the span of orthonormal columns.
inline MatrixXd outside(MatrixXd const& span, MatrixXd const& x) { return x - span * (span.transpose() * x); }

}  // namespace isotypic::detail
