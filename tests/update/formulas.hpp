// SPDX-License-Identifier: MIT
#pragma once
#include "../golden/npy.hpp"
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/update/pipe.hpp>
#include <Eigen/SVD>
#include <functional>
#include <vector>

/// \file
/// The other side of every comparison: formulas as they stand in papers, in double on Eigen matrices, and a
/// rule run for a few steps.
namespace formulas {

using dense = Eigen::MatrixXd;
using history = std::vector<dense>;
using isotypic::index_t;

/// m x n standard normal numbers; `which` names the draw.
inline dense gaussian(index_t m, index_t n, std::uint64_t which) {
    isotypic::random_stream random(isotypic::seed(), which);
    return dense::NullaryExpr(m, n, [&] { return random.normal(); });
}
inline history gaussians(index_t m, index_t n, std::uint64_t which, int steps = 4) {
    history g;
    for (int t = 0; t < steps; ++t) g.push_back(gaussian(m, n, 100 * which + std::uint64_t(t)));
    return g;
}
/// |a - b| / |b|, or |a| where b is zero.
inline double distance(dense const& a, dense const& b) {
    return b.norm() > 0 ? (a - b).norm() / b.norm() : a.norm();
}

/// U diag(f(s)) V'
inline dense by_values(dense const& x, std::function<double(double)> const& f) {
    const Eigen::JacobiSVD<dense> svd(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return svd.matrixU() * svd.singularValues().unaryExpr(f).asDiagonal() * svd.matrixV().transpose();
}
inline double largest(dense const& x) { return x.size() ? Eigen::JacobiSVD<dense>(x).singularValues()(0) : 0; }
inline double nuclear(dense const& x) { return Eigen::JacobiSVD<dense>(x).singularValues().sum(); }
/// The exact polar factor; values under 1e-10 of the largest map to 0.
inline dense exact_polar(dense const& x) {
    const double least = 1e-10 * largest(x);
    return by_values(x, [=](double s) { return s > least ? 1. : 0.; });
}
/// What Newton-Schulz steps make of the singular values, divided by |x|_F + the set's eps.
template <class Set>
dense iterated(dense const& x, Set const& set) {
    const double norm = x.norm() + set.norm_eps;
    return by_values(x, [&](double s) { return set(s / norm); });
}
inline dense unit_rows(dense const& x, double eps = 0) {
    dense y = x;
    for (index_t i = 0; i < x.rows(); ++i)
        if (x.row(i).norm() > 0) y.row(i) /= x.row(i).norm() + eps;
    return y;
}
inline dense centred(dense const& x) { return x.rowwise() - x.colwise().mean(); }
inline double inner(dense const& a, dense const& b) { return a.cwiseProduct(b).sum(); }

/// keep m + take g from m = 0, and with `nesterov` that once more.
inline history averaged(history const& g, double keep, double take, bool nesterov = false) {
    history x;
    dense m = dense::Zero(g[0].rows(), g[0].cols());
    for (dense const& now : g) {
        m = keep * m + take * now;
        x.push_back(nesterov ? dense(keep * m + take * now) : m);
    }
    return x;
}
inline history ema(history const& g, double beta, bool nesterov = false) { return averaged(g, beta, 1 - beta, nesterov); }

/// The updates of a rule on one block, with T inside.
template <class T = double, isotypic::part R>
history updates(R const& rule, history const& gradients, dense const& weight = {}) {
    using inside = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const index_t m = gradients[0].rows(), n = gradients[0].cols();
    inside w = weight.size() ? inside(weight.cast<T>()) : inside(inside::Zero(m, n)), g(m, n), y(m, n);
    auto as = [&](inside& x) { return isotypic::blocks<T>(isotypic::view<T>(x.data(), m, n)); };
    isotypic::cpu device;
    auto state = isotypic::init(rule, device, as(w));
    history u;
    for (dense const& now : gradients) {
        g = now.cast<T>();
        const isotypic::context<isotypic::cpu, T> c{device, index_t(u.size()) + 1, as(w), as(g)};
        const auto out = rule.apply(c, as(g), as(y), state);
        u.push_back(isotypic::as_eigen(out.first).template cast<double>());
    }
    return u;
}
template <class T = double, isotypic::part R>
dense update(R const& rule, dense const& gradient, dense const& weight = {}) {
    return updates<T>(rule, {gradient}, weight)[0];
}
/// The largest distance between the updates of a rule and a formula's, over steps.
template <class T = double, isotypic::part R>
double gap(R const& rule, history const& gradients, history const& expected) {
    double worst = 0;
    const history u = updates<T>(rule, gradients);
    for (std::size_t t = 0; t < u.size(); ++t) worst = std::max(worst, distance(u[t], expected[t]));
    return worst;
}
/// f applied to every step.
template <class F>
history each(history x, F const& f) {
    for (dense& m : x) m = f(m);
    return x;
}

/// A golden array as matrices, one for each step.
inline history matrices(golden::array const& a) {
    const bool many = a.shape.size() == 3;
    const index_t m = a.shape[many ? 1 : 0], n = a.shape[many ? 2 : 1];
    history x;
    for (std::size_t at = 0; at < a.values.size(); at += std::size_t(m * n))
        x.push_back(Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> const>(&a.values[at], m, n));
    return x;
}

}  // namespace formulas
