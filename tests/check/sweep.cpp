// SPDX-License-Identifier: MIT
#include <isotypic/check/sweep.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using M = Eigen::MatrixXd;

TEST_CASE("one broken trial breaks an action, a decided one decides it, and an action without trials is undecided") {
    const std::vector<action> all = all_actions();
    // Broken only where a row is zero.
    const black_box shy = as_black_box([](M const& g) -> M {
        M u = g;
        for (Eigen::Index i = 0; i < g.rows(); ++i)
            if (g.row(i).isZero(0)) u.setConstant(1);
        return u;
    });
    trial_options o;
    CHECK(sweep(shy, all, {4, 6}, o)[14].holds());
    o.inputs.push_back(input::zero_row);
    const outcome bad = sweep(shy, all, {4, 6}, o)[14];
    CHECK(bad.worst.what == verdict::broken);
    CHECK(bad.kind == input::zero_row);
    CHECK(bad.trials == 5 * o.draws * o.repeats);
    CHECK(judge(shy, bad.where).what == verdict::broken);

    o.inputs = {input::tiny};
    const black_box narrow = as_black_box([](Eigen::MatrixXf const& g) -> Eigen::MatrixXf { return g; });
    o.draws = 1;
    CHECK(sweep(narrow, {{"up", [](index_t, index_t, int, random_stream&) { return word{scale_all(1e80)}; }}}, {2, 2}, o)[0].worst.what ==
          verdict::undecidable);
}

TEST_CASE("outcomes of several shapes join: the worst numbers, the first trial of the verdict, all the counts") {
    outcome a, b;
    a.see({verdict::within_noise, 1, 2, 1}, {1, 1}, input::gaussian);
    b.see({verdict::within_noise, 1, 1, 1}, {2, 2}, input::sparse);
    b.see({verdict::undecidable, 1, 1, 1}, {3, 3}, input::sparse);
    a.join(b);
    CHECK(a.worst.noise == 1);
    CHECK(a.where.rows == 1);
    CHECK(a.trials == 3);
    CHECK(a.undecided == 1);
    a.see({verdict::not_finite}, {4, 4}, input::huge);
    CHECK(a.worst.what == verdict::not_finite);
    a.see({verdict::broken, 1, 1, 1}, {5, 5}, input::huge);
    a.see({verdict::broken, 2, 1, 1}, {6, 6}, input::tiny);
    CHECK(a.worst.what == verdict::broken);
    CHECK(a.worst.defect == 2);
    CHECK(a.where.rows == 5);
}
