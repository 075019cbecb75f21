// SPDX-License-Identifier: MIT
#include <isotypic/check/finding.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/steepest.hpp>
#include <doctest/doctest.h>
#include <algorithm>
#include <sstream>

using namespace isotypic;
using M = Eigen::MatrixXd;

namespace {
const auto unit_rows = [](M const& g) -> M {
    M u = g;
    for (auto row : u.rowwise()) row.normalize();
    return u;
};
bool has(finding const& f, std::string const& part) { return f.message.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("a user's rule is held against its group") {
    CHECK(check_equivariant(unit_rows, embedding{}));
    CHECK(check_invariant(unit_rows, row_scale()));
    CHECK(check_not_equivariant(unit_rows, projection{}));
    CHECK(!check_not_equivariant(unit_rows, embedding{}));
    CHECK(check_invariant([](M const& g) { return g.norm(); }, projection{}));
    CHECK(!check_invariant([](M const& g) { return g.lpNorm<1>(); }, projection{}));
    CHECK(check_equivariant(momentum{} | row_norm{}, embedding{}));
    CHECK(check_equivariant<float>(momentum{} | centre{} | row_norm{} | centre{}, lm_head{}));
    CHECK(check_equivariant<Eigen::MatrixXf>([](auto const& g) -> Eigen::MatrixXf { return g; }, projection{}));
}

TEST_CASE("a failure says what fails, by how much, why, and how to repeat it, in at most 15 lines") {
    const finding f = check_equivariant(unit_rows, projection{});
    CHECK(!f);
    CHECK(f.action == "rows: rotation");
    CHECK(f.worst.worst.what == verdict::broken);
    CHECK(f.worst.worst.defect > 0.1);
    CHECK(has(f, "the rule under rows: rotation is broken in step 1"));
    CHECK(has(f, "rows one by one"));
    CHECK(has(f, "holds for: rows: permutation, rows: signs, rows: scale, columns: permutation"));
    CHECK(has(f, "judge(as_black_box(rule), isotypic::trial{2, 1, {rotate_rows(0, 1, 3, 4)}, {{0, 1}}});"));
    CHECK(std::count(f.message.begin(), f.message.end(), '\n') <= 15);
    std::ostringstream out;
    out << f;
    CHECK(out.str() == f.message);
}

TEST_CASE("a head that is not blind, or whose update is not centred, fails") {
    CHECK(check_equivariant(unit_rows, lm_head{}).action == "rows: shift");
    auto blind_only = [](M const& g) -> M { return unit_rows(g.rowwise() - g.colwise().mean()); };
    CHECK(check_equivariant(blind_only, lm_head{}).action == "rows: centred");
    auto both = [](M const& g) -> M {
        const M u = unit_rows(g.rowwise() - g.colwise().mean());
        return u.rowwise() - u.colwise().mean();
    };
    trial_options o = thorough();
    o.shapes = {{4, 6}, {6, 4}};
    o.inputs = generic_inputs;
    const finding f = check_equivariant(both, lm_head{}, o);
    INFO(f);
    CHECK(f);
}

TEST_CASE("NaN, chance and noise are verdicts of their own, and nothing passes silently") {
    const finding nan = check_equivariant([](M const& g) -> M { return g.rowwise().normalized(); }, embedding{});
    CHECK(!nan);
    CHECK(nan.worst.worst.what == verdict::not_finite);
    CHECK(has(nan, "{{0}}"));
    int calls = 0;
    const auto counting = [&](M const& g) -> M { return g * ++calls; };
    CHECK(check_equivariant(counting, embedding{}).worst.worst.what == verdict::not_repeatable);
    const auto chaotic = [](M const& g) -> M { return (g.array() * 1e17).sin(); };
    const finding unsure = check_equivariant(chaotic, embedding{}, {.inputs = {input::gaussian}});
    CHECK(!unsure);
    CHECK(unsure.worst.worst.what != verdict::exact);
    CHECK_THROWS_WITH_AS(check_equivariant(unit_rows, embedding{}, {.shapes = {}}), doctest::Contains("nothing to check"), error);
}
