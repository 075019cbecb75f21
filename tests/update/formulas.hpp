// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include "../golden/npy.hpp"
#include <isotypic/check/seed.hpp>
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/group/random.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/polar/coefficients.hpp>
#include <isotypic/update/pipe.hpp>
#include <Eigen/SVD>
#include <functional>
#include <vector>

/// \file
/// The other side of every comparison: formulas as they stand in papers, in double on Eigen matrices, and a
/// rule run for a few steps. Eigen's part is compiled once, in formulas.cpp and first.cpp.
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;

namespace formulas {

using namespace eager;
using dense = Eigen::MatrixXd;
using history = std::vector<dense>;
using isotypic::index_t;

/// m x n standard normal numbers; `which` names the draw.
dense gaussian(index_t m, index_t n, std::uint64_t which);
history gaussians(index_t m, index_t n, std::uint64_t which, int steps = 4);
/// |a - b| / |b|, or |a| where b is zero.
double distance(dense const& a, dense const& b);

/// U diag(f(s)) V'
dense by_values(dense const& x, std::function<double(double)> const& f);
double largest(dense const& x);
double nuclear(dense const& x);
/// The exact polar factor; values under 1e-10 of the largest map to 0.
dense exact_polar(dense const& x);
/// What Newton-Schulz steps make of the singular values, divided by |x|_F + the set's eps.
dense iterated(dense const& x, isotypic::coefficients const& set);
dense unit_rows(dense const& x, double eps = 0);
dense centred(dense const& x);
double inner(dense const& a, dense const& b);

/// keep m + take g from m = 0, and with `nesterov` that once more.
history averaged(history const& g, double keep, double take, bool nesterov = false);
history ema(history const& g, double beta, bool nesterov = false);

/// x row by row, and back.
template <class T>
std::vector<T> numbers(dense const& x);
template <class T>
dense matrix(isotypic::view<T const> x);
extern template std::vector<float> numbers(dense const&);
extern template std::vector<double> numbers(dense const&);
extern template dense matrix(isotypic::view<float const>);
extern template dense matrix(isotypic::view<double const>);

/// The updates of a rule on one block, with T inside.
template <class T = double, isotypic::part R>
history updates(R const& rule, history const& gradients, dense const& weight = {}) {
    const index_t m = gradients[0].rows(), n = gradients[0].cols();
    std::vector<T> w = numbers<T>(weight), g(std::size_t(m * n)), y(g.size());
    w.resize(g.size());
    auto as = [&](std::vector<T>& x) { return isotypic::blocks<T>(isotypic::view<T>(x.data(), m, n)); };
    isotypic::cpu device;
    auto state = isotypic::init(rule, device, as(w));
    history u;
    for (dense const& now : gradients) {
        g = numbers<T>(now);
        const isotypic::context<isotypic::cpu, T> c{device, index_t(u.size()) + 1, as(w), as(g)};
        u.push_back(matrix(isotypic::view<T const>(rule.apply(c, as(g), as(y), state).first)));
    }
    return u;
}
template <class T = double, isotypic::part R>
dense update(R const& rule, dense const& gradient, dense const& weight = {}) {
    return updates<T>(rule, {gradient}, weight)[0];
}
/// The largest distance between steps.
double gap(history const& updates, history const& expected);
/// The largest distance between the updates of a rule and a formula's, over steps.
template <class T = double, isotypic::part R>
double gap(R const& rule, history const& gradients, history const& expected) {
    return gap(updates<T>(rule, gradients), expected);
}
/// f applied to every step.
history each(history x, std::function<dense(dense const&)> const& f);

/// A golden array as matrices, one for each step.
history matrices(golden::array const& a);

}  // namespace formulas
