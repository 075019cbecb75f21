// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/critic/tasks.hpp>
#include <isotypic/matrix/view.hpp>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

/// \file
/// What is wrong with K task gradients, by their Gram matrix A; D = diag A, C = D^(-1/2) A D^(-1/2):
///
///     const task_diagnosis found = diagnose(balance.gram().matrix());
///     found.condition;       // <= found.scale_spread * found.collapse
///
/// Tasks without a gradient are left out, and counted. A condition number of a C that is singular to rounding is infinite: where its least
/// eigenvalue is below `cutoff` times its largest, 1e-13 by default, for products in double; 1e-6 is one for float gradients. That of A is
/// the largest eigenvalue of A times that of D^(-1/2) C^-1 D^(-1/2), so that however much the tasks differ in size it is not lost.
///
/// `worst_k(success, k)`: for success rates, a row a seed and a column a task, the mean over each seed's k worst tasks, then over seeds; the
/// k worst are each seed's own, and a vector is one seed. Both allocate: for between the steps.
///
/// Derived here for the Gram matrices of arXiv 2605.11473, whose own indicators we have not read; worst-k is its.
namespace isotypic {

/// See the file's comment. Neutral where there are too few tasks to say.
struct task_diagnosis {
    double scale_spread = 1;    ///< kappa(D) = max |g_k|^2 / min |g_k|^2
    double collapse = 1;        ///< kappa(C): how near the directions are to dependent
    double condition = 1;       ///< kappa(A)
    double effective_rank = 0;  ///< exp of the entropy of C's eigenvalues over their sum: 1 to the number of tasks
    double mean_cosine = 0;     ///< over pairs
    double conflicts = 0;       ///< the part of pairs with a negative product
    index_t tasks = 0;          ///< with a gradient
    index_t without = 0;        ///< without
};

/// Least eigenvalue over largest, below which a matrix of products in double is singular.
inline constexpr double singular_to_rounding = 1e-13;

/// See the file's comment.
inline task_diagnosis diagnose(view<double const> gram, double cutoff = singular_to_rounding) {
    if (gram.rows != gram.cols) throw error("isotypic: diagnosis: a Gram matrix of " + detail::shape_text(gram.rows, gram.cols));
    std::vector<index_t> held;
    for (index_t k = 0; k < gram.rows; ++k)
        for (index_t l = 0; l < gram.cols; ++l)
            if (!std::isfinite(gram(k, l)))
                throw error("isotypic: diagnosis: the product of tasks " + std::to_string(k) + " and " + std::to_string(l) + " is not finite");
    for (index_t k = 0; k < gram.rows; ++k)
        if (gram(k, k) > 0) held.push_back(k);
    task_diagnosis found;
    const auto n = index_t(held.size());
    found.tasks = n, found.without = gram.rows - n;
    if (!n) return found;

    Eigen::VectorXd length(n);
    for (index_t k = 0; k < n; ++k) length(k) = std::sqrt(gram(held[std::size_t(k)], held[std::size_t(k)]));
    const double most = length.maxCoeff(), least = length.minCoeff();
    Eigen::MatrixXd c(n, n);
    for (index_t k = 0; k < n; ++k)
        for (index_t l = 0; l < n; ++l) c(k, l) = k == l ? 1 : gram(held[std::size_t(k)], held[std::size_t(l)]) / length(k) / length(l);
    const double pairs = 0.5 * double(n) * double(n - 1);
    for (index_t k = 0; k < n; ++k)
        for (index_t l = 0; l < k; ++l) found.mean_cosine += c(k, l) / pairs, found.conflicts += (c(k, l) < 0) / pairs;
    found.scale_spread = most / least * (most / least);

    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> of_c(c);
    const Eigen::VectorXd spectrum = of_c.eigenvalues().cwiseMax(0.0);
    double entropy = 0;
    for (index_t k = 0; k < n; ++k)
        if (spectrum(k) > 0) entropy -= spectrum(k) / spectrum.sum() * std::log(spectrum(k) / spectrum.sum());
    found.effective_rank = std::exp(entropy);
    if (!(spectrum(0) > cutoff * spectrum(n - 1))) {
        found.collapse = found.condition = std::numeric_limits<double>::infinity();
        return found;
    }
    found.collapse = spectrum(n - 1) / spectrum(0);
    const Eigen::VectorXd up = length / most, down = least * length.cwiseInverse();
    auto largest = [](Eigen::MatrixXd const& m) { return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff(); };
    const Eigen::MatrixXd inverse = of_c.eigenvectors() * spectrum.cwiseInverse().asDiagonal() * of_c.eigenvectors().transpose();
    found.condition = largest(up.asDiagonal() * c * up.asDiagonal()) * largest(down.asDiagonal() * inverse * down.asDiagonal()) * found.scale_spread;
    return found;
}

/// See the file's comment.
template <matrix S>
double worst_k(S const& success, index_t k) {
    detail::numbers_to_read("worst-k success", "number", success);
    auto rates = as_view(success);
    if (rates.cols == 1) rates = rates.transposed();
    if (rates.rows < 1) throw error("isotypic: worst-k success of no seed");
    if (k < 1 || k > rates.cols) throw error("isotypic: worst-k success: the " + std::to_string(k) + " worst of " + std::to_string(rates.cols) + " tasks");
    std::vector<double> of_seed(static_cast<std::size_t>(rates.cols));
    double mean = 0;
    for (index_t i = 0; i < rates.rows; ++i) {
        for (index_t j = 0; j < rates.cols; ++j) of_seed[std::size_t(j)] = double(rates(i, j));
        std::sort(of_seed.begin(), of_seed.end());
        for (index_t j = 0; j < k; ++j) mean += of_seed[std::size_t(j)] / double(k) / double(rates.rows);
    }
    return mean;
}

}  // namespace isotypic
