// SPDX-License-Identifier: MIT
#include <isotypic/check/judge.hpp>
#include <isotypic/matrix/eigen.hpp>
#include <doctest/doctest.h>

using namespace isotypic;

namespace {
using M = Eigen::MatrixXd;
const auto unit_rows = [](M const& g) -> M { return g.rowwise().normalized(); };
judgement judged(black_box const& box, word const& w, std::vector<double> g) { return judge(box, {2, 2, w, {std::move(g)}}); }
}  // namespace

TEST_CASE("exact, within noise, broken and not finite, with numbers") {
    const black_box box = as_black_box(unit_rows);
    CHECK(judged(box, {swap_rows(0, 1)}, {1, 2, 3, 4}).what == verdict::exact);
    const judgement noisy = judged(box, {rotate_columns(0, 1, 1, 3)}, {1, 2, 3, 5});
    CHECK(noisy.holds());
    CHECK(noisy.defect < 1e-15);
    CHECK(noisy.noise == doctest::Approx(16 * 0x1p-53 * std::sqrt(2)));
    const judgement bad = judged(box, {rotate_rows(0, 1, 1, 1)}, {1, 0, 0, 0.5});
    CHECK(bad.what == verdict::broken);
    CHECK(bad.defect > 0.1);
    CHECK(bad.step == 1);
    CHECK(judged(box, {swap_rows(0, 1)}, {0, 0, 3, 4}).what == verdict::not_finite);
}

TEST_CASE("a rule that cannot repeat itself is no matter of symmetry") {
    int calls = 0;
    CHECK(judged(as_black_box([&](M const& g) -> M { return g * ++calls; }), {}, {1, 2, 3, 4}).what == verdict::not_repeatable);
}

TEST_CASE("the tolerance is the rule's own response: the same defect is noise for one rule and a fault in another") {
    const word turn{rotate_rows(0, 1, 1, 2)};
    const std::vector<double> g{1.1, 2.2, 3.3, 4.4};  // |g|^2 = 36.3
    auto steep = [](double gap) { return as_black_box([gap](M const& x) -> M { return x / (x.squaredNorm() - 36.3 + gap); }); };
    const judgement unsure = judged(steep(1e-9), turn, g);
    CHECK(unsure.holds());
    CHECK(unsure.defect > 1e-9);
    CHECK(judged(steep(1e-13), turn, g).what == verdict::undecidable);
    CHECK(judged(as_black_box([](M const& x) -> M { return x.array() + 1e-8; }), turn, g).what == verdict::broken);
}

TEST_CASE("a rule that loses digits where no change of its input shows it is called broken") {
    const auto loses = [](M const& x) -> M { return (x.array() + 1e10) - 1e10; };
    CHECK(judged(as_black_box(loses), {rotate_rows(0, 1, 1, 2)}, {1.1, 2.2, 3.3, 4.4}).what == verdict::broken);
}

TEST_CASE("every step is judged, zero steps decide nothing, state is fresh on both sides") {
    struct late {
        int step = 0;
        M operator()(M const& g) {
            ++step;
            return step == 1 ? M(0 * g) : step == 2 ? g : M(g.cwiseAbs());
        }
    };
    trial t{2, 2, {minus_one()}, {{1, 2, 3, 4}, {1, 2, 3, 4}}};
    CHECK(judge(as_black_box(late{}), t).holds());
    CHECK(judge(as_black_box(late{}), t).step == 2);
    t.gradients.push_back({1, 2, 3, 4});
    CHECK(judge(as_black_box(late{}), t).what == verdict::broken);
    CHECK(judge(as_black_box(late{}), t).step == 3);
    CHECK(judge(as_black_box([](M const& g) -> M { return 0 * g; }), t).what == verdict::exact);
}

TEST_CASE("weights move along, invariance asks the result to stay, and a number may be invariant") {
    const auto decay = [](M const& w, M const& g) -> M { return g + 0.1 * w; };
    trial t{2, 2, {rotate_rows(0, 1, 3, 4), shift_rows(0, 2)}, {{1, 2, 3, 4}}, {5, 6, 7, 8}};
    t.moves.pop_back();
    CHECK(judge(as_black_box(decay), t).holds());
    t.moves = {scale_all(2)};
    CHECK(judge(as_black_box(decay), t).what == verdict::broken);
    const auto norm = [](M const& g) { return g.norm(); };
    trial n{2, 2, {rotate_rows(0, 1, 3, 4)}, {{1, 2, 3, 4}}, {}, true};
    CHECK(judge(as_black_box(norm), n).holds());
    n.result_stays = false;
    CHECK_THROWS_WITH_AS(judge(as_black_box(norm), n), doctest::Contains("2 x 2 became 1 x 1"), error);
    CHECK(judge(as_black_box([](M const& g) -> M { return g; }), {1, 2, {transposition()}, {{1, 2}}, {}, true}).what == verdict::broken);
    trial f{1, 1, {minus_one()}, {{1}}, {}, true};
    CHECK(judge(as_black_box([](M const& g) -> M { return g.cwiseAbs(); }), f).holds());
}

TEST_CASE("moves that a type cannot hold are told apart") {
    const black_box box = as_black_box([](Eigen::MatrixXf const& g) -> Eigen::MatrixXf { return g; });
    const trial small{1, 1, {}, {{1e-35}}};
    const detail::plain_run plain(box, small, 2);
    CHECK(plain.under({scale_all(8)}));
    CHECK(!plain.under({scale_all(0x1p-30)}));
    CHECK(!plain.under({scale_all(1e80)}));
    CHECK(plain.under({flip_row(0)}));
    const trial below{1, 1, {}, {{1e-40}}};
    CHECK(detail::plain_run(box, below, 2).under({flip_row(0)}));
    CHECK(!detail::plain_run(box, below, 2).under({scale_all(2)}));
}
