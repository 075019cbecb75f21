// SPDX-License-Identifier: MIT
#include "decompositions.hpp"

template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<Eigen::MatrixXd> const&, int);
template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<formulas::gram_product> const&, int);
