// SPDX-License-Identifier: MIT
// W <- W - rate U - rate decay W, and horizontal decay on blocks known up to a shared row or column.
#include <isotypic/update/apply.hpp>
#include "../storage.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/momentum.hpp>
#include <Eigen/Core>

using namespace isotypic;
using matrix_d = Eigen::MatrixXd;

namespace {

matrix_d gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    matrix_d x(m, n);
    for (double& v : x.reshaped()) v = random.normal();
    return x;
}

/// One step of the gradient itself, in a layout of one's choice.
template <class G, class T = double>
matrix_d stepped(matrix_d const& w, matrix_d const& g, double rate, weight_decay decay, order o = order::rows) {
    cpu device;
    storage<T> a(w.rows(), w.cols(), o), b(w.rows(), w.cols(), o);
    for (index_t i = 0; i < w.rows(); ++i)
        for (index_t j = 0; j < w.cols(); ++j) a.one()(i, j) = T(w(i, j)), b.one()(i, j) = T(g(i, j));
    no_state none;
    apply_update<G>(device, identity{}, none, 1, blocks<T const>(b.all), a.all, rate, decay);
    matrix_d y(w.rows(), w.cols());
    for (index_t i = 0; i < w.rows(); ++i)
        for (index_t j = 0; j < w.cols(); ++j) y(i, j) = double(a.one()(i, j));
    return y;
}

}  // namespace

TEST_CASE("apply: update and decoupled decay, every layout") {
    const matrix_d w = gaussian(5, 4, 1), g = gaussian(5, 4, 2);
    for (order o : orders) {
        CHECK((stepped<embedding>(w, g, 0.5, {}, o) - (w - 0.5 * g)).norm() < 1e-15 * 10);
        CHECK((stepped<embedding>(w, g, 0.5, {.rate = 0.1}, o) - (0.95 * w - 0.5 * g)).norm() < 1e-14);
        CHECK((stepped<embedding, float>(w, g, 0.5, {.rate = 0.1}, o) - (0.95 * w - 0.5 * g)).norm() < 3e-6);
    }
}

TEST_CASE("apply: Scion's constrained form is a decay of 1, W <- (1 - rate) W - rate U") {
    const matrix_d w = gaussian(5, 4, 1), g = gaussian(5, 4, 2);
    CHECK((stepped<embedding>(w, g, 0.25, {.rate = 1}) - (0.75 * w - 0.25 * g)).norm() < 1e-14);
}

TEST_CASE("apply: horizontal decay is W - rate decay (I - 11'/m) W and commutes with the shift") {
    const matrix_d w = gaussian(6, 4, 1), g = gaussian(6, 4, 2), shift = gaussian(1, 4, 3);
    const matrix_d moved = w.rowwise() + shift.row(0), flat = w.rowwise() - w.colwise().mean();
    for (order o : orders) {
        const matrix_d y = stepped<lm_head>(w, g, 0.5, {.rate = 0.2}, o);
        CHECK((y - (w - 0.5 * g - 0.1 * flat)).norm() < 1e-14);
        CHECK((stepped<lm_head>(moved, g, 0.5, {.rate = 0.2}, o).rowwise() - shift.row(0) - y).norm() < 1e-14);
        // The other way round: columns.
        const matrix_d t = stepped<transposed<lm_head>>(w.transpose(), g.transpose(), 0.5, {.rate = 0.2}, o);
        CHECK((t.transpose() - y).norm() < 1e-14);
    }
    // Ordinary decay does not commute, pulls the shared row to zero, and is chosen by name.
    const weight_decay fix{.rate = 0.2, .fix_gauge = true};
    const matrix_d y = stepped<lm_head>(w, g, 0.5, fix);
    CHECK((y - (0.9 * w - 0.5 * g)).norm() < 1e-14);
    CHECK((stepped<lm_head>(moved, g, 0.5, fix).rowwise() - shift.row(0) - y).norm() == doctest::Approx(0.1 * std::sqrt(6.) * shift.norm()));
    const matrix_d zero = matrix_d::Zero(6, 4);
    CHECK(stepped<lm_head>(moved, zero, 0.5, {.rate = 0.2}).colwise().mean().isApprox(moved.colwise().mean()));
    CHECK(stepped<lm_head>(moved, zero, 0.5, fix).colwise().mean().isApprox(0.9 * moved.colwise().mean()));
}

TEST_CASE("apply: horizontal decay of batches and joined pairs, each item about its own mean") {
    cpu device;
    no_state none;
    storage<double> w(4, 3, order::rows, 0, 2), g(4, 3, order::rows, 0, 2);
    w.fill(1);
    for (index_t k = 0; k < 2; ++k)
        for (index_t i = 0; i < 4; ++i)
            for (index_t j = 0; j < 3; ++j) g.all.panel(k)(i, j) = 0;
    const auto one = elements(w.all.panel(0)), two = elements(w.all.panel(1));
    apply_update<lm_head>(device, identity{}, none, 1, blocks<double const>(g.all), w.all, 1, {.rate = 0.5});
    auto check = [](std::vector<double> const& before, view<double> after) {
        for (index_t j = 0; j < 3; ++j) {
            double mean = 0;
            for (index_t i = 0; i < 4; ++i) mean += before[std::size_t(i * 3 + j)] / 4;
            for (index_t i = 0; i < 4; ++i) CHECK(after(i, j) == doctest::Approx(0.5 * before[std::size_t(i * 3 + j)] + 0.5 * mean));
        }
    };
    check(one, w.all.panel(0)), check(two, w.all.panel(1));
    const auto third = elements(w.all.panel(0)), fourth = elements(w.all.panel(1));
    apply_update<lm_head>(device, identity{}, none, 1, blocks<double const>(joined(g.all.panel(0), g.all.panel(1))),
                          joined(w.all.panel(0), w.all.panel(1)), 1, {.rate = 0.5});
    check(third, w.all.panel(0)), check(fourth, w.all.panel(1));
}
