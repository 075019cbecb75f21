// SPDX-License-Identifier: MIT
#include "formulas.hpp"

namespace formulas {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

dense gaussian(index_t m, index_t n, std::uint64_t which) {
    isotypic::random_stream random(isotypic::seed(), which);
    return dense::NullaryExpr(m, n, [&] { return random.normal(); });
}
history gaussians(index_t m, index_t n, std::uint64_t which, int steps) {
    history g;
    for (int t = 0; t < steps; ++t) g.push_back(gaussian(m, n, 100 * which + std::uint64_t(t)));
    return g;
}
double distance(dense const& a, dense const& b) { return b.norm() > 0 ? (a - b).norm() / b.norm() : a.norm(); }

dense by_values(dense const& x, std::function<double(double)> const& f) {
    const Eigen::JacobiSVD<dense> svd(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return svd.matrixU() * svd.singularValues().unaryExpr(f).asDiagonal() * svd.matrixV().transpose();
}
double largest(dense const& x) { return x.size() ? Eigen::JacobiSVD<dense>(x).singularValues()(0) : 0; }
double nuclear(dense const& x) { return Eigen::JacobiSVD<dense>(x).singularValues().sum(); }
dense exact_polar(dense const& x) {
    const double least = 1e-10 * largest(x);
    return by_values(x, [=](double s) { return s > least ? 1. : 0.; });
}
dense iterated(dense const& x, isotypic::coefficients const& set) {
    const double norm = x.norm() + set.norm_eps;
    return by_values(x, [&](double s) { return set(s / norm); });
}
dense unit_rows(dense const& x, double eps) {
    dense y = x;
    for (index_t i = 0; i < x.rows(); ++i)
        if (x.row(i).norm() > 0) y.row(i) /= x.row(i).norm() + eps;
    return y;
}
dense centred(dense const& x) { return x.rowwise() - x.colwise().mean(); }
double inner(dense const& a, dense const& b) { return a.cwiseProduct(b).sum(); }

history averaged(history const& g, double keep, double take, bool nesterov) {
    history x;
    dense m = dense::Zero(g[0].rows(), g[0].cols());
    for (dense const& now : g) {
        m = keep * m + take * now;
        x.push_back(nesterov ? dense(keep * m + take * now) : m);
    }
    return x;
}
history ema(history const& g, double beta, bool nesterov) { return averaged(g, beta, 1 - beta, nesterov); }

template <class T>
std::vector<T> numbers(dense const& x) {
    std::vector<T> v;
    for (index_t i = 0; i < x.rows(); ++i)
        for (index_t j = 0; j < x.cols(); ++j) v.push_back(T(x(i, j)));
    return v;
}
template <class T>
dense matrix(isotypic::view<T const> x) {
    return isotypic::as_eigen(x).template cast<double>();
}
template std::vector<float> numbers(dense const&);
template std::vector<double> numbers(dense const&);
template dense matrix(isotypic::view<float const>);
template dense matrix(isotypic::view<double const>);

double gap(history const& updates, history const& expected) {
    double worst = 0;
    for (std::size_t t = 0; t < updates.size(); ++t) worst = std::max(worst, distance(updates[t], expected[t]));
    return worst;
}
history each(history x, std::function<dense(dense const&)> const& f) {
    for (dense& m : x) m = f(m);
    return x;
}

history matrices(golden::array const& a) {
    const bool many = a.shape.size() == 3;
    const index_t m = a.shape[many ? 1 : 0], n = a.shape[many ? 2 : 1];
    history x;
    for (std::size_t at = 0; at < a.values.size(); at += std::size_t(m * n)) x.push_back(Eigen::Map<row_major const>(&a.values[at], m, n));
    return x;
}

}  // namespace formulas
