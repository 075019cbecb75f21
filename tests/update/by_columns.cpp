// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {
dense turned(dense const& x) { return x.transpose(); }
}  // namespace

TEST_CASE("by_columns: V(X) = U(X')', with state and with the weight") {
    const history g = gaussians(5, 3, 1);
    const dense w = gaussian(5, 3, 9);
    auto check = [&](auto const& rule) {
        const history u = updates(by_columns(rule), g, w), v = updates(rule, each(g, turned), turned(w));
        for (std::size_t t = 0; t < u.size(); ++t) CHECK(distance(u[t], turned(v[t])) <= 1e-14);
    };
    check(row_norm{});
    check(momentum{0.9, true} | row_norm{});
    check(row_adam{});
    check(scaled_row_norm{});
    check(centre{} | row_norm{} | centre{});
}

TEST_CASE("by_columns: row rules become column rules, twice is once") {
    const history g = gaussians(6, 4, 2);
    CHECK(gap(by_columns(row_norm{}), g, updates(column_norm{}, g)) <= 1e-15);
    CHECK(gap(by_columns(by_columns(row_adam{})), g, updates(row_adam{}, g)) == 0);
    CHECK(gap(by_columns(adam{}), g, updates(adam{}, g)) <= 1e-15);
    CHECK(gap(by_columns(row_norm{}), g, updates(row_norm{}, g)) > 1e-2);
}
