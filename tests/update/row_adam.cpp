// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/row_adam.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {

history by_formula(history const& g, double b1, double b2) {
    history u;
    dense m = dense::Zero(g[0].rows(), g[0].cols());
    Eigen::VectorXd v = Eigen::VectorXd::Zero(m.rows());
    for (dense const& x : g) {
        const double t = double(u.size()) + 1;
        m = b1 * m + (1 - b1) * x;
        v = b2 * v + (1 - b2) * x.rowwise().squaredNorm() / double(x.cols());
        const Eigen::VectorXd root = (v / (1 - std::pow(b2, t))).cwiseSqrt();
        dense y = m / (1 - std::pow(b1, t));
        for (index_t i = 0; i < y.rows(); ++i)
            if (root(i) > 0) y.row(i) /= root(i);
        u.push_back(y);
    }
    return u;
}

}  // namespace

TEST_CASE("row_adam: Adam with the mean square of the row as second moment") {
    for (auto [m, n] : {std::pair{6, 4}, {3, 9}, {1, 5}, {5, 1}}) {
        const history g = gaussians(m, n, 1, 6);
        CHECK(gap(row_adam{}, g, by_formula(g, 0.9, 0.95)) <= 1e-13);
        CHECK(gap(row_adam{.beta1 = 0.5, .beta2 = 0.999}, g, by_formula(g, 0.5, 0.999)) <= 1e-12);
        CHECK(gap<float>(row_adam{}, g, by_formula(g, 0.9, 0.95)) <= 1e-5);
    }
}

TEST_CASE("row_adam: on one column it is Adam without eps") {
    const history g = gaussians(7, 1, 2, 5);
    CHECK(gap(row_adam{}, g, updates(adam{.beta1 = 0.9, .beta2 = 0.95, .eps = 0}, g)) <= 1e-13);
}

TEST_CASE("row_adam: of degree 0 at any scale, a row without gradients stays") {
    history g = gaussians(6, 4, 3);
    for (dense& x : g) x.row(2).setZero();
    const history u = updates(row_adam{}, g);
    for (double scale : {1e-30, 1e30}) CHECK(gap<float>(row_adam{}, each(g, [=](dense const& x) { return dense(scale * x); }), u) <= 1e-5);
    for (dense const& x : u) {
        CHECK(x.row(2).norm() == 0);
        CHECK(x.allFinite());
    }
}

TEST_CASE("row_adam: a joined pair has one moment for both halves of a row") {
    cpu device;
    dense a = gaussian(4, 3, 4), b = 5 * gaussian(4, 3, 5), y = a, z = b, pair(4, 6);
    pair << a, b;
    const auto in = joined(std::as_const(a), std::as_const(b));
    auto state = init(row_adam{}, device, in);
    row_adam{}.apply(context<cpu, double>{device, 1, in, in}, in, joined(y, z), state);
    const dense whole = update(row_adam{}, pair);
    CHECK(distance(y, whole.leftCols(3)) <= 1e-14);
    CHECK(distance(z, whole.rightCols(3)) <= 1e-14);
}
