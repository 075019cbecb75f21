// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

TEST_CASE("scaled_row_norm: max(|w_i|, floor rms |w|) x_i / |x_i|") {
    dense w = gaussian(6, 4, 1), x = gaussian(6, 4, 2);
    w.row(1).setZero(), x.row(4).setZero();
    for (double floor : {0., 0.1, 2.}) {
        const double rms = std::sqrt(w.rowwise().squaredNorm().mean());
        dense expected = unit_rows(x);
        for (index_t i = 0; i < 6; ++i) expected.row(i) *= std::max(w.row(i).norm(), floor * rms);
        CHECK(distance(update(scaled_row_norm{floor}, x, w), expected) <= 1e-14);
        CHECK(distance(update<float>(scaled_row_norm{floor}, x, w), expected) <= 1e-6);
        CHECK(distance(update(scaled_row_norm{floor}, 1e30 * x, w), expected) <= 1e-14);
        CHECK(distance(update(scaled_row_norm{floor}, x, 1e-30 * w), 1e-30 * expected) <= 1e-14);
    }
}

TEST_CASE("scaled_row_norm: U(SW, S^-1 X) = S U(W, X) for every diagonal S, which unit rows do not keep") {
    const dense w = gaussian(6, 4, 3), x = gaussian(6, 4, 4);
    const Eigen::VectorXd s = (Eigen::VectorXd(6) << 2, -0.1, 30, 1, -1, 0.5).finished();
    const dense sw = s.asDiagonal() * w, sx = s.cwiseInverse().asDiagonal() * x;
    CHECK(distance(update(scaled_row_norm{}, sx, sw), s.asDiagonal() * update(scaled_row_norm{}, x, w)) <= 1e-14);
    CHECK(distance(update(damped_row_norm{}, sx), s.asDiagonal() * update(damped_row_norm{}, x)) > 0.1);
}
