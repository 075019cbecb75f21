// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/momentum.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {
dense scaled_by(dense x, std::function<double(double)> const& f) {
    for (index_t i = 0; i < x.rows(); ++i) x.row(i) *= f(x.row(i).norm());
    return x;
}
}  // namespace

TEST_CASE("damped_row_norm: both placements of eps, absolute and relative") {
    dense x = gaussian(6, 4, 1);
    x.row(3) *= 1e-3;
    const double rms = std::sqrt(x.rowwise().squaredNorm().mean());
    for (double eps : {1e-8, 1e-2, 3.}) {
        CHECK(distance(update(damped_row_norm{eps}, x), scaled_by(x, [=](double r) { return 1 / (r + eps); })) <= 1e-14);
        CHECK(distance(update(damped_row_norm{eps, true}, x), scaled_by(x, [=](double r) { return 1 / std::max(r, eps); })) <= 1e-14);
        CHECK(distance(update(damped_row_norm{eps, false, true}, x), scaled_by(x, [=](double r) { return 1 / (r + eps * rms); })) <= 1e-14);
        CHECK(distance(update(damped_row_norm{eps, true, true}, x), scaled_by(x, [=](double r) { return 1 / std::max(r, eps * rms); })) <= 1e-14);
    }
}

TEST_CASE("damped_row_norm: relative, no scale is special; absolute, it is") {
    const dense x = gaussian(6, 4, 2);
    for (double scale : {1e-30, 1e30}) {
        CHECK(distance(update<float>(damped_row_norm{0.1, false, true}, scale * x), update(damped_row_norm{0.1, false, true}, x)) <= 1e-6);
        CHECK(distance(update(damped_row_norm{0.1, true, true}, scale * x), update(damped_row_norm{0.1, true, true}, x)) <= 1e-14);
    }
    CHECK(update(damped_row_norm{}, 1e-12 * x).norm() < 1e-2);
    CHECK(homogeneity(damped_row_norm{.relative = true}) == 0);
    CHECK(std::isnan(homogeneity(damped_row_norm{})));
}

TEST_CASE("damped_row_norm: a stale row keeps its step until its average has faded to eps, 224 steps from 1e-3 at .95") {
    history g(300, dense::Zero(1, 1));
    g[0](0, 0) = 1e-3 / 0.05;
    int moving = 0;
    for (dense const& u : updates(momentum{.beta = 0.95} | damped_row_norm{}, g)) moving += u(0, 0) > 0.5;
    CHECK(moving == 1 + 224);
    moving = 0;
    for (dense const& u : updates(momentum{.beta = 0.95} | damped_row_norm{0, true}, g)) moving += u(0, 0) > 0.5;
    CHECK(moving == 300);
}

TEST_CASE("damped_row_norm: zero rows stay zero, with any eps") {
    for (auto const& rule : {damped_row_norm{}, damped_row_norm{0}, damped_row_norm{0, true}, damped_row_norm{0.1, false, true}, damped_row_norm{0.1, true, true}}) {
        CHECK(update(rule, dense::Zero(4, 3)) == dense::Zero(4, 3));
        CHECK(update(rule, dense(0, 3)).size() == 0);
    }
}
