// SPDX-License-Identifier: MIT
#include <zoo/expected.hpp>
#include <zoo/rules.hpp>

#include <doctest/doctest.h>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

namespace {

enum cell { permutation, signs, rotation, shift, stretch, columns = 5, both = 10, scale = 13, minus_one, transposition, cells };

bool holds(std::string const& row, int c) { return row[std::size_t(c)] == '='; }

/// What follows from what, by group theory alone.
void consistent(std::string const& row) {
    REQUIRE(row.size() == cells);
    REQUIRE(row.find_first_not_of("=x") == std::string::npos);
    for (int side : {0, int(columns), int(both)}) {
        if (holds(row, side + rotation)) CHECK((holds(row, side + permutation) && holds(row, side + signs)));
        if (holds(row, side + signs)) CHECK(holds(row, minus_one));
    }
    for (int kind : {permutation, signs, rotation}) CHECK(holds(row, both + kind) == (holds(row, kind) && holds(row, columns + kind)));
    if (holds(row, stretch) || holds(row, columns + stretch)) CHECK(holds(row, scale));
}

}  // namespace

TEST_CASE("the expected cells contradict neither each other nor the transposes") {
    for (zoo::expectation const& e : zoo::expected) {
        INFO(e.rule);
        for (char const* row : {e.wide, e.tall, e.square}) consistent(row);
        auto mirrored = [](std::string row) {
            for (std::size_t c = 0; c < columns; ++c) std::swap(row[c], row[c + columns]);
            return row;
        };
        if (holds(e.wide, transposition)) CHECK(mirrored(e.wide) == e.tall);
        if (holds(e.square, transposition)) CHECK(mirrored(e.square) == e.square);
        CHECK(holds(e.wide, transposition) == holds(e.tall, transposition));
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
