// SPDX-License-Identifier: MIT
#include <isotypic/check/check.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

TEST_CASE("shift laws by side") {
    INFO("ISOTYPIC_SEED=", seed());
    const shift_errors c = shift_law_errors(centre{}, true, 6, 4), other = shift_law_errors(centre{}, false, 6, 4);
    CHECK(c.blind < 1e-14);
    CHECK(c.horizontal < 1e-14);
    CHECK(other.blind > 1e-2);
    CHECK(other.horizontal > 1e-2);
    CHECK(other.carries < 1e-14);
    CHECK(other.keeps < 1e-14);

    const shift_errors m = shift_law_errors(momentum{}, true, 6, 4), r = shift_law_errors(row_norm{}, true, 6, 4);
    CHECK(m.carries < 1e-14);
    CHECK(m.keeps < 1e-14);
    CHECK(m.blind > 1e-2);
    CHECK(r.carries > 1e-2);
    CHECK(r.keeps > 1e-2);
    CHECK(shift_law_errors<float>(centre{}, true, 6, 4).blind < 1e-5);
}

TEST_CASE("the degree of homogeneity, and an absolute eps that breaks it") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(homogeneity_error(row_norm{}, 0, 1e-30, 6, 4).error < 1e-14);
    CHECK(homogeneity_error<float>(row_norm{}, 0, 1e-30, 6, 4).error < 1e-6);
    CHECK(homogeneity_error(momentum{}, 1, 1e30, 6, 4).error < 1e-14);
    CHECK(homogeneity_error(polar<>{.alpha = 1}, 1, 10, 6, 4).error < 1e-13);
    CHECK(homogeneity_error(polar<>{.alpha = 1}, 0, 10, 6, 4).error > 0.5);
    CHECK(homogeneity_error(adam{}, 0, 1e-9, 6, 4).error > 0.1);
    CHECK(homogeneity_error(adam{.eps = 0}, 0, 1e-9, 6, 4).error < 1e-12);
}
