// SPDX-License-Identifier: MIT
#include "../update/formulas.hpp"
#include <algorithm>
#include <cmath>

/// \file
/// What items.hpp declares; without the GPU's headers, so that it compiles soon.
namespace isotypic {

using formulas::dense, formulas::gaussian;
using items = std::vector<dense>;

double apart(items const& a, items const& b) {
    double most = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double d = formulas::distance(a[k], b[k]);
        if (!(d <= most)) most = d;
    }
    return most;
}
dense spread(index_t m, index_t n, double condition, index_t rank, std::uint64_t which) {
    const index_t k = std::min(m, n);
    const Eigen::JacobiSVD<dense> svd(gaussian(m, n, which), Eigen::ComputeThinU | Eigen::ComputeThinV);
    auto value = [&](index_t i) { return i < rank ? std::pow(condition, k > 1 ? -double(i) / double(k - 1) : 0) : 0; };
    return svd.matrixU() * Eigen::VectorXd::NullaryExpr(k, value).asDiagonal() * svd.matrixV().transpose();
}
items families(index_t m, index_t n) {
    const index_t k = std::min(m, n);
    return {gaussian(m, n, 1), spread(m, n, 1e3, k, 2), dense::Zero(m, n), spread(m, n, 10, (k + 1) / 2, 3), gaussian(m, n, 4)};
}
double off(dense const& u, index_t rank) {
    const Eigen::VectorXd s = Eigen::JacobiSVD<dense>(u).singularValues();
    return (s.head(rank).array() - 1).abs().maxCoeff();
}

}  // namespace isotypic
