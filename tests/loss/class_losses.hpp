// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include <isotypic/check/seed.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/loss/criterion.hpp>
#include <isotypic/loss/focal.hpp>
#include <isotypic/loss/normalised.hpp>
#include <isotypic/loss/sum.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>
#include <string>
#include <vector>

/// \file
/// Class losses of every kind, random batches, and value, gradient and Hessian product as matrices. Every loss: any_loss.hpp.
namespace class_losses {

using namespace isotypic;
using namespace eager;

template <class T>
using matrix_of = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using scores = matrix_of<double>;
using labels = std::vector<int>;

inline constexpr index_t samples = 5, classes = 6;

/// One of each kind, where all are one code but for what these differ in.
template <class F>
void for_each_row_kind(F const& f) {
    f(cross_entropy{}), f(symmetrise(gce{.q = 0.3})), f(class_insensitive(focal{})), f(tempered_mae{.alpha = 0.05}), f(negative(cross_entropy{}, 2));
    f(2.0 * normalised(focal{}) + 0.5 * mae{});
}
template <class F>
void for_each_kind(F const& f) {
    for_each_row_kind(f), f(unit_scores{.scale = 2} | symmetrise(gce{.q = 0.3})), f(batch_scores{} | cross_entropy{});
}

template <class L>
inline constexpr bool couples_batch = criterion<L>::couples_batch;
inline scores random_scores(std::uint64_t which, index_t n = samples, index_t k = classes, double size = 1.5) {
    random_stream random(seed(), which);
    scores s(n, k);
    for (double& v : s.reshaped<Eigen::RowMajor>()) v = size * random.normal();
    return s;
}
inline labels random_labels(std::uint64_t which, index_t n = samples, index_t k = classes) {
    random_stream random(seed(), 1000 + which);
    labels y;
    for (index_t i = 0; i < n; ++i) y.push_back(int(random.below(k)));
    return y;
}
inline std::vector<int> random_permutation(std::uint64_t which, index_t k = classes) {
    random_stream random(seed(), 2000 + which);
    std::vector<int> p;
    for (int i = 0; i < int(k); ++i) p.push_back(i);
    for (index_t i = k; i-- > 1;) std::swap(p[std::size_t(i)], p[std::size_t(random.below(i + 1))]);
    return p;
}
template <class T = double>
matrix_of<T> one_hot(labels const& y, index_t k = classes) {
    matrix_of<T> q = matrix_of<T>::Zero(index_t(y.size()), k);
    for (std::size_t i = 0; i < y.size(); ++i) q(index_t(i), y[i]) = 1;
    return q;
}

/// Sums over the batch.
template <class L, class T, class Y>
double value_of(L const& loss, matrix_of<T> const& s, Y const& y, sample_options with = {}) {
    return criterion(loss, {.reduce = reduction::sum}).value(s, y, with);
}
template <class L, class T, class Y>
matrix_of<T> gradient_of(L const& loss, matrix_of<T> const& s, Y const& y, sample_options with = {}) {
    matrix_of<T> g = matrix_of<T>::Constant(s.rows(), s.cols(), T(99));
    criterion(loss, {.reduce = reduction::sum}).gradient(s, y, g, with);
    return g;
}
template <class L, class T, class Y>
matrix_of<T> hvp_of(L const& loss, matrix_of<T> const& s, Y const& y, matrix_of<T> const& v, sample_options with = {}) {
    matrix_of<T> h = matrix_of<T>::Constant(s.rows(), s.cols(), T(99));
    criterion(loss, {.reduce = reduction::sum}).hvp(s, y, v, h, with);
    return h;
}
/// l(s_i, y_i) for each sample.
template <class L, class T, class Y>
Eigen::VectorXd values_of(L const& loss, matrix_of<T> const& s, Y const& y, sample_options with = {}) {
    Eigen::VectorXd v = Eigen::VectorXd::Constant(s.rows(), 99);
    criterion(loss).values(s, y, view<double>(v.data(), s.rows(), 1), with);
    return v;
}
/// l(s_i, k) for each sample and class, by labels.
template <class L>
scores table_of(L const& loss, scores const& s) {
    scores t(s.rows(), s.cols());
    for (index_t k = 0; k < s.cols(); ++k) t.col(k) = values_of(loss, s, labels(std::size_t(s.rows()), int(k)));
    return t;
}
/// The derivative of f at 0, of order four.
template <class F>
auto slope(F const& f, double h = 1e-3) -> decltype(f(h)) {
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

}  // namespace class_losses
