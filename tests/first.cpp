// SPDX-License-Identifier: MIT
#include "update/decompositions.hpp"
#include <isotypic/group/random.hpp>
#include <Eigen/QR>
#include <Eigen/SVD>

/// \file
/// Where tests spend their time, compiled once, with optimisation. Of all copies of such a function the linker takes the first: these.
template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<Eigen::MatrixXd> const&, int);
template formulas::eigenvectors& formulas::eigenvectors::compute(Eigen::EigenBase<formulas::gram_product> const&, int);
template class Eigen::JacobiSVD<Eigen::MatrixXd>;
template class Eigen::HouseholderQR<Eigen::MatrixXd>;
template class Eigen::ColPivHouseholderQR<Eigen::MatrixXd>;

// An inline function is compiled where something points to it.
[[gnu::used]] static double (isotypic::random_stream::*const uniform)() = &isotypic::random_stream::uniform;
[[gnu::used]] static std::uint32_t (isotypic::random_stream::*const bits)() = &isotypic::random_stream::bits;
