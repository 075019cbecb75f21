// SPDX-License-Identifier: MIT
#include <isotypic/check/trajectory.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
struct table : symmetry<permutation, orthogonal> {};
struct head : up_to_row_shift<permutation, orthogonal> {};
const auto rows = momentum{.beta = 0.8} | row_norm{};
const auto centred = momentum{.beta = 0.8} | centre{} | row_norm{} | centre{};
}  // namespace

TEST_CASE("training commutes with the symmetry of the rule") {
    INFO("ISOTYPIC_SEED=", seed());
    const check_options o{.steps = 20};
    for (auto [m, n] : {std::pair(4, 7), std::pair(9, 3), std::pair(5, 5), std::pair(1, 6), std::pair(6, 1), std::pair(0, 4)}) {
        CHECK(trajectory_error<table>(rows, m, n, 0.1, {.rate = 0.3}, o).error < 1e-12);
        CHECK(trajectory_error<table>(rows | scaled_row_norm{}, m, n, 0.1, {.rate = 0.3}, o).error < 1e-12);
        CHECK(trajectory_error<head>(centred, m, n, 0.1, {.rate = 0.3}, o).error < 1e-12);
        CHECK(trajectory_error<transposed<head>>(by_columns(centred), m, n, 0.1, {.rate = 0.3}, o).error < 1e-12);
        CHECK(trajectory_error<table, float>(rows, m, n, 0.1, {.rate = 0.3}, o).error < 1e-5);
    }
}

TEST_CASE("training by another rule, or with a decay that sees the shift, does not") {
    INFO("ISOTYPIC_SEED=", seed());
    const check_options o{.steps = 20};
    CHECK(trajectory_error<table>(momentum{} | sign{}, 5, 5, 0.1, {}, o).error > 1e-2);
    CHECK(trajectory_error<head>(rows, 5, 5, 0.1, {}, o).error > 1e-2);
    CHECK(trajectory_error<head>(centred, 5, 5, 0.1, {.rate = 0.3, .fix_gauge = true}, o).error > 1e-2);
    CHECK(trajectory_error<head>(centred, 5, 5, 0.1, {.rate = 0, .fix_gauge = true}, o).error < 1e-12);
}
