// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/normalization/arguments.hpp>
#include <Eigen/Eigenvalues>

/// \file
/// Over how many directions embeddings, the rows of x, spread:
///
///     effective_rank(device, x) = exp(-sum_k p_k log p_k),    p = eigenvalues of the covariance of the rows, divided by their sum
///
/// between 1, all rows on one line, and min(n - 1, d); 0 when all rows are equal. Moving, scaling and rotating the rows changes nothing:
/// of rows that are equal but for noise it is the rank of the noise, however small that is beside what they share.
/// Allocates: a diagnostic, for between the steps.
///
/// Source: Roy and Vetterli 2007, of the covariance.
namespace isotypic {

/// See the file's comment.
template <matrix X>
double effective_rank(cpu& device, X&& x) {
    const auto v = as_view(std::forward<X>(x));
    using T = typename decltype(v)::value_type;
    if (!v.size()) throw error("isotypic: effective rank: the input is " + detail::shape_text(v.rows, v.cols));
    detail::require_finite("effective rank", blocks<T const>(v));
    Eigen::MatrixXd rows(v.rows, v.cols);
    double largest = 0, most = 0, sum = 0, entropy = 0;
    for (index_t i = 0; i < v.rows; ++i)
        for (index_t j = 0; j < v.cols; ++j) most = (std::max)(most, std::abs(double(v(i, j))));
    // Less the first row, which leaves nothing of equal rows, then less the mean.
    const double unit = std::ldexp(1., -exponent_of(most));
    for (index_t j = 0; j < v.cols; ++j) {
        double mean = 0;
        for (index_t i = 0; i < v.rows; ++i) rows(i, j) = double(v(i, j)) * unit - double(v(0, j)) * unit, mean += rows(i, j) / double(v.rows);
        for (index_t i = 0; i < v.rows; ++i) rows(i, j) -= mean, largest = (std::max)(largest, std::abs(rows(i, j)));
    }
    if (!(largest > 0)) return 0;
    for (index_t j = 0; j < v.cols; ++j)
        for (index_t i = 0; i < v.rows; ++i) rows(i, j) /= largest;
    const view<double const> c = as_view(rows);
    const index_t side = (std::min)(v.rows, v.cols);
    Eigen::MatrixXd gram(side, side);
    multiply_symmetric<double>(device, 1, v.rows < v.cols ? c : c.transposed(), 0, as_view(gram));
    const Eigen::VectorXd spectrum = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram, Eigen::EigenvaluesOnly).eigenvalues();
    for (index_t k = 0; k < side; ++k) sum += (std::max)(0.0, spectrum(k));
    for (index_t k = 0; k < side; ++k)
        if (spectrum(k) > 0) entropy -= spectrum(k) / sum * std::log(spectrum(k) / sum);
    return std::exp(entropy);
}

}  // namespace isotypic
