// SPDX-License-Identifier: MIT
#include <isotypic/check/probe.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using M = Eigen::MatrixXd;

TEST_CASE("the table of a rule, shape by shape, without contradictions") {
    const symmetry_table t = probe([](M const& g) -> M { return g.rowwise().normalized(); });
    REQUIRE(t.cells.size() == 3);
    for (auto const& row : t.cells) CHECK(symmetry_table::marks(row) == "==xx====xx==x==x");
    CHECK(symmetry_table::marks(t.special)[0] == '!');  // zero rows
    CHECK(t.contradictions().empty());
}

TEST_CASE("an odd table is contradicted") {
    // Moves rows by the first entry's sign alone, in a way that rotations of four draws miss.
    symmetry_table t = probe([](M const& g) -> M { return g; });
    t.cells[1][0].worst = {verdict::broken, 1, 1e-9, 1};
    REQUIRE(t.contradictions().size() == 2);
    CHECK(t.contradictions()[0] == "6 x 4: 'rows: rotation' holds and 'rows: permutation' does not, though it follows");
}

TEST_CASE("a large shape costs at most 150 evaluations") {
    int calls = 0;
    const replay counted = [&calls](specimen const&) -> run {
        return [&calls](specimen const&, specimen const& g) {
            ++calls;
            specimen u = g;
            for (double& v : u.values) v = v > 0 ? 1 : -1;
            return u;
        };
    };
    const symmetry_table t = probe(counted, {.shapes = {{40, 60}, {60, 40}}});
    CHECK(calls <= 150);
    for (auto const& row : t.cells) CHECK(symmetry_table::marks(row) == "==xx===xx===x===");
}
