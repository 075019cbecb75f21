// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/algebra_coordinates.hpp>
#include <Eigen/QR>

/// \file
/// Known algebras within a found one. Each is given by a matrix whose columns span it and whose |.|_F^2 is its dimension: an
/// orthogonal projector, or a vector of norm 1. With X on the input and Y on the output, X + p Y is a part if for one p all of its
/// columns lie within, and if they are new, but for the common scale. Algebras that are turned or mixed are not looked for.
namespace isotypic::detail {

/// A |-> A', of k x k matrices column by column.
inline MatrixXd transposing(index_t k) {
    MatrixXd t = MatrixXd::Zero(k * k, k * k);
    for (index_t i = 0; i < k; ++i)
        for (index_t j = 0; j < k; ++j) t(i + j * k, j + i * k) = 1;
    return t;
}

struct part_search {
    static constexpr double tolerance = 1e-3;
    algebra_coordinates at;
    MatrixXd within, found;  ///< orthonormal columns; `found` spans the parts, and both hold what does nothing
    std::vector<algebra_part> parts = {};

    void all() {
        const MatrixXd input = MatrixXd::Identity(at.length(), at.half());
        look_for("locally constant", 0, outside(at.idle(), input), 0 * input);
        for (int side : {row_side, col_side}) look_for("sl" + text(side), 1, side, traceless(side), traceless(side));
        for (int side : {row_side, col_side}) look_for("sl" + text(side, "*"), 1, side, traceless(side), -transposing(at.size(side)) * traceless(side));
        for (int side : {row_side, col_side}) look_for("so" + text(side), 1, side, skew(side), skew(side));
        for (int side : {row_side, col_side}) {
            const MatrixXd diagonal = identity(side).asDiagonal();
            if (at.size(side) > 1) look_for(side == row_side ? "row scales" : "column scales", 0, side, diagonal, diagonal);
        }
        look_for("scale", 0, row_side, identity(row_side).normalized(), identity(row_side).normalized());
    }
    /// A basis of what the parts do not explain.
    std::vector<algebra_element> rest() const {
        std::vector<algebra_element> elements;
        const index_t left = within.cols() - found.cols();
        if (left == 0) return elements;
        const Eigen::ColPivHouseholderQR<MatrixXd> qr(outside(found, within));
        const MatrixXd basis = qr.householderQ() * MatrixXd::Identity(at.length(), left);
        for (index_t j = 0; j < left; ++j) elements.push_back(at.element(basis.col(j)));
        return elements;
    }

private:
    /// I, and projectors onto sl and so, of one side.
    VectorXd identity(int side) const { return MatrixXd::Identity(at.size(side), at.size(side)).reshaped(); }
    MatrixXd traceless(int side) const {
        const VectorXd scale = identity(side).normalized();
        return MatrixXd::Identity(scale.size(), scale.size()) - scale * scale.transpose();
    }
    MatrixXd skew(int side) const {
        const MatrixXd t = transposing(at.size(side));
        return 0.5 * (MatrixXd::Identity(t.rows(), t.cols()) - t);
    }
    std::string text(int side, char const* star = "") const {
        return "(" + std::to_string(at.size(side)) + ")" + star + (at.m != at.n ? "" : side == row_side ? " of rows" : " of columns");
    }

    void look_for(std::string const& name, double usual_power, int side, MatrixXd const& x, MatrixXd const& y) {
        look_for(name, usual_power, at.placed(side, x), at.placed(side + 2, y));
    }
    void look_for(std::string const& name, double usual_power, MatrixXd const& x, MatrixXd const& y) {
        const MatrixXd x_left = outside(within, x), y_left = outside(within, y);
        double p = y_left.norm() > tolerance ? -x_left.cwiseProduct(y_left).sum() / y_left.squaredNorm() : 0;
        if (std::fabs(p - std::round(p)) < 0.1 * tolerance) p = std::round(p) + 0.;  // no -0
        if ((x_left + p * y_left).colwise().norm().maxCoeff() > tolerance) return;

        const bool scale_known = outside(found, at.identity(row_side) + p * at.identity(row_side_out)).norm() < tolerance;
        const Eigen::ColPivHouseholderQR<MatrixXd> fresh(outside(found, x + p * y));
        const index_t more = (fresh.matrixR().diagonal().array().abs() > tolerance).count();
        if (more == 0 || more + (scale_known ? 1 : 0) < index_t(std::round(x.squaredNorm()))) return;
        found.conservativeResize(Eigen::NoChange, found.cols() + more);
        found.rightCols(more) = fresh.householderQ() * MatrixXd::Identity(at.length(), more);

        char power[32] = "";
        if (p != usual_power) std::snprintf(power, sizeof power, "^%.4g", p);
        parts.push_back({name + power, more});
    }
};

}  // namespace isotypic::detail
