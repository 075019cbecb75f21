// SPDX-License-Identifier: MIT
#include <isotypic/check/lattice.hpp>
#include <isotypic/check/shrink.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using M = Eigen::MatrixXd;

namespace {
/// What is left of the first failure at 8 x 6.
trial smallest(black_box const& box, table_column c) {
    const action a = all_actions()[c];
    trial_options o;
    o.steps = 3;
    const outcome bad = sweep(box, {a}, {8, 6}, o)[0];
    REQUIRE(bad.worst.what == verdict::broken);
    const trial t = shrunk(box, a, bad);
    CHECK(judge(box, t).what == verdict::broken);
    return t;
}
}  // namespace

TEST_CASE("element, shape, input and steps shrink") {
    const trial t = smallest(as_black_box([](M const& g) -> M { return g.rowwise().normalized(); }), rows_rotation);
    CHECK(t.rows == 2);
    CHECK(t.cols == 1);
    CHECK(t.moves.size() == 1);
    CHECK(t.gradients == std::vector<std::vector<double>>{{1, 1}});
    CHECK(t.moves[0].c == 3);
    CHECK(t.moves[0].s == 4);
}

TEST_CASE("a fault that needs size, or a rule that refuses small shapes, is shrunk by taking rows and columns away") {
    const black_box big = as_black_box([](M const& g) -> M {
        if (g.rows() < 5 || g.cols() < 4) throw std::invalid_argument("too small");
        M u = g;
        u.row(4) *= 2;
        return u;
    });
    for (table_column c : {rows_permutation, rows_rotation}) {
        const trial t = smallest(big, c);
        CHECK(t.rows == 5);
        CHECK(t.cols == 4);
        CHECK(t.moves.size() == 1);
        CHECK(t.gradients.size() == 1);
        int entries = 0;
        for (double v : t.gradients[0]) entries += v != 0 ? 1 : 0;
        CHECK(entries == 1);
    }
}

TEST_CASE("nothing is run below the smallest shape") {
    const black_box box = as_black_box([](M const& g) -> M {
        CHECK((g.rows() >= 3 && g.cols() >= 2));
        return g.cwiseAbs();
    });
    const action a = all_actions()[minus_one_column];
    const trial t = shrunk(box, a, sweep(box, {a}, {8, 6}, {})[0], {3, 2});
    CHECK(t.rows == 3);
    CHECK(t.cols == 2);
}

TEST_CASE("steps that are needed stay, and weights that are read") {
    struct second_step {
        M last;
        M operator()(M const& g) {
            const M u = last.size() == 0 ? M(g) : M(g + last.cwiseAbs());
            last = g;
            return u;
        }
    };
    CHECK(smallest(as_black_box(second_step{}), minus_one_column).gradients.size() == 2);
    const trial t = smallest(as_black_box([](M const& w, M const& g) -> M { return g + w.cwiseAbs(); }), minus_one_column);
    CHECK(t.weight == std::vector<double>{1});
    CHECK(t.gradients[0] == std::vector<double>{0});
}
