// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"
#include <Eigen/Dense>

using namespace isotypic;
using namespace decision_problems;

namespace {

dense basis(cost_gauge const& g) {
    dense q(g.rank(), g.dimension());
    for (index_t k = 0; k < g.rank(); ++k)
        for (index_t j = 0; j < g.dimension(); ++j) q(k, j) = g.row(k)[std::size_t(j)];
    return q;
}
dense sums_of_an_assignment() {
    dense a = dense::Zero(6, 9);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 3; ++j) a(i, 3 * i + j) = a(3 + j, 3 * i + j) = 1;
    return a;
}
template <class G>
dense moved(G const& group, dense x, std::uint64_t which) {
    random_stream random(seed(), which);
    for (index_t i = 0; i < x.rows(); ++i) group.move(random, row(x, i));
    return x;
}
/// A direction in which the group moves x.
dense along(cost_gauge const& g, dense const& x) { return moved(g, dense::Zero(1, x.cols()), 5); }
dense along(cost_scaling const&, dense const& x) { return x; }
dense along(cost_gauge_and_scaling const& g, dense const& x) { return x + along(g.gauge, x); }
index_t rank_of(dense const& a) { return Eigen::FullPivLU<Eigen::MatrixXd>(a).rank(); }

static_assert(cost_group<cost_scaling> && cost_group<cost_gauge> && cost_group<cost_gauge_and_scaling> && !cost_group<unit_costs>);
static_assert(std::is_same_v<cost_map_for<cost_scaling>, unit_costs> && std::is_same_v<cost_map_for<cost_gauge>, gauge_fixed>);
static_assert(std::is_same_v<cost_map_for<cost_gauge_and_scaling>, decltype(gauge_fixed{} | unit_costs{})>);
static_assert(cost_map<unit_costs> && cost_map<jointly_scaled> && cost_map<cost_map_for<cost_gauge_and_scaling>> && !cost_map<one_sided>);

}  // namespace

TEST_CASE("a gauge is an orthonormal basis of the row space, of any rank") {
    for (dense const& a : {grid{}.balances(), sums_of_an_assignment(), dense(dense::Zero(2, 5)), dense(0, 5), uniform(7, 5, 1)}) {
        const dense q = basis(cost_gauge::equalities(a));
        CHECK(q.rows() == (a.rows() ? rank_of(a) : 0));
        CHECK((q * q.transpose() - dense::Identity(q.rows(), q.rows())).norm() < 1e-12);
        CHECK((a - a * q.transpose() * q).norm() < 1e-12);
    }
    CHECK(cost_gauge::equalities(grid{}.balances()).rank() == 24);  // 16 of 40 are left
    CHECK(cost_gauge::equalities(sums_of_an_assignment()).rank() == 5);
    const dense far = 1e150 * sums_of_an_assignment();
    CHECK(cost_gauge::equalities(far).rank() == 5);
}

TEST_CASE("a gauge beside known costs is what of the row space leaves them alone") {
    const dense a = grid{}.balances();
    const std::vector<index_t> known{0, 3, 17, 39};
    const dense q = basis(cost_gauge::equalities(a, known)), whole = basis(cost_gauge::equalities(a));
    dense at_known(a.rows(), 4);
    for (index_t k = 0; k < 4; ++k) {
        at_known.col(k) = a.col(known[std::size_t(k)]);
        CHECK(q.col(known[std::size_t(k)]).isZero(0));
        CHECK(whole.col(known[std::size_t(k)]).norm() > 1e-3);
    }
    CHECK(q.rows() == rank_of(a) - rank_of(at_known));
    CHECK((q * q.transpose() - dense::Identity(q.rows(), q.rows())).norm() < 1e-12);
    CHECK((q - q * whole.transpose() * whole).norm() < 1e-12);
    const dense two{{1, 1, 0}, {0, 1, 1}};
    const std::vector<index_t> last{2}, all{0, 1, 2, 3, 4};
    CHECK((basis(cost_gauge::equalities(two, last)).cwiseAbs() - dense{{std::sqrt(0.5), std::sqrt(0.5), 0}}).norm() < 1e-15);
    CHECK(cost_gauge::equalities(uniform(3, 5, 1), all).rank() == 0);
}

TEST_CASE("B7: decisions, regrets and the losses of the group's map do not move with it; raw losses do") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto check = [](dense const& a, listed const& x, dense const& c) {
        const cost_gauge gauge = cost_gauge::equalities(a);
        const cost_instances data(c, x);
        const dense p = c + uniform(c.rows(), c.cols(), 3, -0.5, 0.5);
        const regrets before = regret(p, data, x);
        CHECK(before.normalised > 1e-3);
        const auto group = [&](auto const& g) {
            const dense q = moved(g, p, 4);
            CHECK((q - p).norm() > 1e-3);
            const regrets after = regret(q, data, x);
            for (index_t i = 0; i < c.rows(); ++i) CHECK(best(x, sense::minimise, row(p, i)) == best(x, sense::minimise, row(q, i)));
            for (std::size_t i = 0; i < after.each.size(); ++i) CHECK(std::abs(after.each[i] - before.each[i]) < 1e-12);
            const auto loss = [&](auto const& l, auto const& raw) {
                CHECK(std::abs(value(l, q, data) - value(l, p, data)) < 1e-10);
                CHECK(std::abs(value(raw, q, data) - value(raw, p, data)) > 1e-3);
                // The slope along an orbit.
                const dense slope = gradient(l, p, data), other = gradient(raw, p, data);
                double most = 0, of_raw = 0;
                for (index_t i = 0; i < c.rows(); ++i) {
                    const dense v = along(g, p.row(i));
                    most = std::fmax(most, std::abs(slope.row(i).dot(v.row(0)))), of_raw = std::fmax(of_raw, std::abs(other.row(i).dot(v.row(0))));
                }
                CHECK(most < 1e-12);
                CHECK(of_raw > 1e-4);
            };
            const auto map = blind_to(g);
            loss(map | one_sided{.leak = 0.1}, one_sided{.leak = 0.1});
            loss(map | squared_costs{}, squared_costs{});
            loss(map | one_sided{.leak = 0.5, .power = 1}, one_sided{.leak = 0.5, .power = 1});
        };
        group(gauge), group(cost_scaling{}), group(cost_gauge_and_scaling{gauge});

        // True costs up to a gauge, too.
        const dense shifted = moved(gauge, c, 6);
        const cost_instances other(shifted, x);
        const auto both = gauge_fixed{gauge} | unit_costs{} | one_sided{};
        CHECK(std::abs(value(both, p, other) - value(both, p, data)) < 1e-10);
        CHECK(std::abs(value(unit_costs{} | one_sided{}, p, other) - value(unit_costs{} | one_sided{}, p, data)) > 1e-3);
        const regrets of_other = regret(p, other, x);
        for (std::size_t i = 0; i < of_other.each.size(); ++i) CHECK(std::abs(of_other.each[i] - before.each[i]) < 1e-11);

        // A row that is no equality of X moves decisions.
        const dense random_row = uniform(1, a.cols(), 7, -1, 1);
        CHECK(std::abs(regret(moved(cost_gauge::equalities(random_row), p, 8), data, x).normalised - before.normalised) > 1e-4);
    };
    check(grid{}.balances(), every_path(), uniform(60, 40, 9, 0.2, 2));
    check(sums_of_an_assignment(), every_assignment(), uniform(60, 9, 10));
}

TEST_CASE("a permutation of variables that keeps the feasible set moves neither regret nor loss; another moves the regret") {
    INFO("ISOTYPIC_SEED=", seed());
    const grid g;
    const dense c = uniform(60, 40, 11, 0.2, 2), p = c + uniform(60, 40, 12, -0.5, 0.5);
    const auto turned = [&](dense const& x, bool along_the_diagonal) {
        dense y = x;
        for (index_t i = 0; i < g.n && along_the_diagonal; ++i)
            for (index_t j = 0; j + 1 < g.n; ++j)
                y.col(index_t(g.right(i, j))) = x.col(index_t(g.down(j, i))), y.col(index_t(g.down(j, i))) = x.col(index_t(g.right(i, j)));
        if (!along_the_diagonal) y.col(0).swap(y.col(20)), y.col(1).swap(y.col(30));
        return y;
    };
    const listed x = every_path();
    const cost_instances data(c, x);
    const auto after = [&](bool symmetry) {
        const cost_instances other(turned(c, symmetry), x);
        return std::pair(std::abs(regret(turned(p, symmetry), other, x).normalised - regret(p, data, x).normalised),
                         std::abs(value(unit_costs{} | one_sided{}, turned(p, symmetry), other) - value(unit_costs{} | one_sided{}, p, data)));
    };
    CHECK(after(true).first < 1e-13);
    CHECK(after(true).second < 1e-12);
    CHECK(after(false).first > 1e-4);
}

TEST_CASE("maps: forward and back are adjoint, and the derivative is that of the map") {
    INFO("ISOTYPIC_SEED=", seed());
    const cost_gauge gauge = cost_gauge::equalities(sums_of_an_assignment());
    const dense c = uniform(1, 9, 1), x = uniform(1, 9, 2, -1, 1), v = uniform(1, 9, 3, -1, 1), g = uniform(1, 9, 4, -1, 1);
    workspace w;
    const auto check = [&](auto const& m) {
        const auto at = [&](dense const& from) {
            dense y = from;
            m.forward(row(c, 0), row(from, 0), row(y, 0), w);
            dense in_place = from;
            m.forward(row(c, 0), row(in_place, 0), row(in_place, 0), w);
            CHECK(in_place == y);
            return y;
        };
        dense jv = v, jg = g, none = g;
        m.jvp(row(c, 0), row(x, 0), row(v, 0), row(jv, 0), w), m.vjp(row(c, 0), row(x, 0), row(g, 0), row(jg, 0), w);
        CHECK(std::abs(jv.row(0).dot(g.row(0)) - jg.row(0).dot(v.row(0))) < 1e-13);
        CHECK(((at(x + 1e-6 * v) - at(x - 1e-6 * v)) / 2e-6 - jv).norm() < 1e-8);
        CHECK((jv - v).norm() > 1e-3);
        const dense zero = 0 * x;
        CHECK(at(zero).isZero(0));
        m.vjp(row(c, 0), row(zero, 0), row(g, 0), row(none, 0), w);
        CHECK(none.allFinite());
    };
    check(unit_costs{}), check(gauge_fixed{gauge}), check(jointly_scaled{}), check(gauge_fixed{gauge} | unit_costs{}), check(unit_costs{} | gauge_fixed{gauge}),
        check(gauge_fixed{gauge} | jointly_scaled{}), check(jointly_scaled{} | gauge_fixed{gauge} | unit_costs{});
}

TEST_CASE("gauge: errors") {
    dense a = sums_of_an_assignment();
    const std::vector<index_t> off{2, 9}, known{4};
    CHECK_THROWS_WITH(cost_gauge::equalities(a, off), "isotypic: cost gauge: known cost 9 of 9");
    const listed x = every_assignment();
    const dense c = uniform(3, 9, 1), shorter = c.leftCols(8);
    const cost_instances data(c, x), small(shorter);
    const cost_gauge gauge = cost_gauge::equalities(a), beside = cost_gauge::equalities(a, known);
    decision_criterion fixed(gauge_fixed{gauge} | squared_costs{});
    decision_criterion both(gauge_fixed{gauge} | unit_costs{} | squared_costs{});
    CHECK_THROWS_WITH(fixed.value(shorter, small), "isotypic: gauge-fixed costs: a gauge of 9 costs for instances of 8");
    CHECK_THROWS_WITH(both.value(shorter, small), "isotypic: gauge-fixed costs: a gauge of 9 costs for instances of 8");
    decision_criterion wrong(with_known(gauge_fixed{gauge} | jointly_scaled{} | one_sided{}, known));
    decision_criterion right(with_known(gauge_fixed{beside} | jointly_scaled{} | one_sided{}, known));
    CHECK_THROWS_WITH(wrong.value(c, data), "isotypic: gauge-fixed costs: the gauge moves known cost 4: give `equalities` what is known");
    CHECK_NOTHROW(right.value(c, data));
    a(3, 1) = infinite;
    CHECK_THROWS_WITH(cost_gauge::equalities(a), "isotypic: cost gauge: row 3 of the equalities is not finite");
}
