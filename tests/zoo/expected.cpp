// SPDX-License-Identifier: MIT
#include <isotypic/check/lattice.hpp>
#include <zoo/expected.hpp>
#include <zoo/zoo.hpp>

#include <doctest/doctest.h>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

TEST_CASE("the expected cells contradict neither each other nor the transposes") {
    for (zoo::expectation const& e : zoo::expected) {
        INFO(e.rule);
        for (std::string row : {e.wide, e.tall, e.square}) {
            REQUIRE(row.size() == isotypic::table_columns);
            REQUIRE(row.find_first_not_of("=x") == std::string::npos);
            CHECK(isotypic::contradictions(row).empty());
        }
        auto mirrored = [](std::string row) {
            for (std::size_t c = isotypic::rows_permutation; c <= isotypic::rows_scale; ++c) std::swap(row[c], row[c + isotypic::columns_permutation]);
            return row;
        };
        auto holds = [](std::string const& row, isotypic::table_column c) { return row[c] == '='; };
        using isotypic::transposition_column;
        if (holds(e.wide, transposition_column)) CHECK(mirrored(e.wide) == e.tall);
        if (holds(e.square, transposition_column)) CHECK(mirrored(e.square) == e.square);
        CHECK(holds(e.wide, transposition_column) == holds(e.tall, transposition_column));
        CHECK(std::string(e.reason) != "");
    }
}

TEST_CASE_TEMPLATE("every rule of the zoo has its expectation, finite updates, and state of its own", T, float, double) {
    const auto rules = zoo::rules<T>();
    REQUIRE(rules.size() == std::size(zoo::expected));
    for (std::size_t k = 0; k < rules.size(); ++k) {
        INFO(rules[k].name);
        CHECK(std::string(rules[k].name) == zoo::expected[k].rule);
        for (const auto& [m, n] : {std::pair{4, 6}, std::pair{6, 4}, std::pair{5, 5}}) {
            auto once = rules[k].rule, again = rules[k].rule;
            for (int t = 1; t <= 3; ++t) {
                zoo::matrix<T> g(m, n);
                for (int i = 0; i < m; ++i)
                    for (int j = 0; j < n; ++j) g(i, j) = T(std::sin(1 + 7 * i * i + 3 * j + 11 * t + 5 * i * j));
                const zoo::matrix<T> u = once(g), v = again(g);
                REQUIRE(u.rows() == m);
                REQUIRE(u.cols() == n);
                CHECK(u.allFinite());
                CHECK(u == v);
                if (t > 1) CHECK(u.norm() > 0);
            }
        }
    }
}
