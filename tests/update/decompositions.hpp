// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Eigenvalues>
#include <type_traits>
#include <utility>

/// \file
/// Eigen's eigenvectors of x and of x'x, compiled once: in first.cpp.
namespace formulas {

using eigenvectors = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;
using gram_product = std::remove_const_t<decltype(std::declval<Eigen::MatrixXd const&>().transpose() * std::declval<Eigen::MatrixXd const&>())>;

}  // namespace formulas

extern template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<Eigen::MatrixXd> const&, int);
extern template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<formulas::gram_product> const&, int);
