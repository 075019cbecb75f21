// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <xtensor/xtensor.hpp>

using namespace isotypic;
using namespace decision_problems;

namespace {

/// Throws on the costs of one instance.
struct unable {
    listed of;
    double at;
    int answers = 0;
    index_t size() const { return of.size(); }
    void solve(std::span<double const> c, std::span<double> x) {
        if (c[0] == at) throw std::runtime_error("infeasible");
        of.solve(c, x), ++answers;
    }
};
struct unbounded {
    index_t size() const { return 3; }
    void solve(std::span<double const>, std::span<double> x) const { std::fill(x.begin(), x.end(), infinite); }
};
/// A loss of one's own.
struct fourth_power {
    static constexpr char const* name = "fourth power";
    static constexpr bool of_decisions = false;
    loss_curve at(double, double e) const { return {e * e * e * e, 4 * e * e * e, 12 * e * e}; }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace&) const { return detail::sum_costs(*this, row, x, g); }
};
/// Its value is the step it is asked at.
struct step_count {
    static constexpr char const* name = "step count";
    static constexpr bool one_thread = true;
    double pull(decision_row const& row, std::span<double const>, std::span<double> g, workspace&) {
        std::fill(g.begin(), g.end(), 0.0);
        return double(row.step);
    }
};
static_assert(solver<listed> && solver<grid> && solver<listed const> && !solver<dense>);
static_assert(decision_loss<squared_costs> && decision_loss<one_sided> && cost_loss<fourth_power> && decision_loss<step_count> && !cost_loss<step_count>);

cost_instances paths(dense const& c) {
    cost_instances data(c, grid{});
    data.sensitivities([](auto cost, auto x, auto delta) { grid{}.sensitivity(cost, x, delta); });
    return data;
}
template <class F>
void for_each_loss(F const& f) {
    const cost_gauge gauge = cost_gauge::equalities(grid{}.balances());
    const std::vector<index_t> known{1, 7};
    f(squared_costs{}), f(one_sided{.leak = 0.1}), f(unit_costs{} | one_sided{}), f(unit_costs{} | one_sided{.leak = 0.1, .power = 1} * local_costs{});
    f(gauge_fixed{gauge} | unit_costs{} | one_sided{}), f(with_known(jointly_scaled{} | one_sided{}, known)), f(unit_costs{} | fourth_power{} * local_costs{});
}

}  // namespace

TEST_CASE("instances own what was solved once") {
    const listed x = every_path();
    dense c = uniform(7, 40, 1, 0.2, 2);
    const cost_instances none(c), data(c, x), gains(c, x, sense::maximise);
    CHECK(none.solves == 0);
    CHECK(data.solves == 7);
    CHECK(data.size() == 7);
    CHECK(data.dimension() == 40);
    CHECK(none.decision(3).empty());
    CHECK(data.sensitivity(3).empty());
    CHECK(!none.decided());
    const dense before = c;
    c.setZero();
    for (index_t i = 0; i < 7; ++i) {
        double least = infinite, most = -infinite;
        for (auto const& one : x.all) least = std::fmin(least, detail::dot(row(before, i), one)), most = std::fmax(most, detail::dot(row(before, i), one));
        CHECK(std::equal(data.cost(i).begin(), data.cost(i).end(), row(before, i).begin()));
        CHECK(data.optimum(i) == doctest::Approx(least).epsilon(1e-14));
        CHECK(gains.optimum(i) == doctest::Approx(most).epsilon(1e-14));
        CHECK(data.optimum(i) < gains.optimum(i));
    }
    dense decisions(7, 40);
    for (index_t i = 0; i < 7; ++i) std::copy_n(data.decision(i).data(), 40, decisions.data() + 40 * i);
    const cost_instances given(before, decisions);
    CHECK(given.solves == 0);
    for (index_t i = 0; i < 7; ++i) CHECK(given.optimum(i) == data.optimum(i));
    const Eigen::MatrixXf columns = before.cast<float>();
    CHECK(cost_instances(columns).cost(2)[5] == double(columns(2, 5)));
}

TEST_CASE("rows choose instances, in any order and more than once, and the mean is over them") {
    INFO("ISOTYPIC_SEED=", seed());
    const dense c = uniform(9, 40, 1, 0.2, 2), q = c + uniform(9, 40, 2, -1, 1);
    const cost_instances data = paths(c);
    const std::vector<index_t> rows{4, 0, 4, 8};
    for_each_loss([&](auto const& l) {
        decision_criterion loss(l);
        dense p(4, 40), g = p, one(1, 40);
        for (index_t i = 0; i < 4; ++i) p.row(i) = (1 + 0.1 * double(i)) * q.row(i);
        const double v = loss.gradient(p, data, rows, g);
        CHECK(loss.value(p, data, rows) == v);
        double expected = 0;
        for (index_t i = 0; i < 4; ++i) {
            const index_t here[] = {rows[std::size_t(i)]}, elsewhere[] = {3};
            const dense x = p.row(i);
            expected += loss.gradient(x, data, here, one) / 4;
            CHECK((g.row(i) - one / 4).norm() < 1e-14);
            CHECK(std::abs(loss.value(x, data, elsewhere) - loss.value(x, data, here)) > 1e-4);
        }
        CHECK(v == doctest::Approx(expected).epsilon(1e-13));
        std::vector<index_t> all(9);
        for (index_t i = 0; i < 9; ++i) all[std::size_t(i)] = i;
        CHECK(loss.value(q, data) == loss.value(q, data, all));
    });
}

TEST_CASE("any layout and in place: the same bits; float as double") {
    INFO("ISOTYPIC_SEED=", seed());
    const dense c = uniform(6, 40, 1, 0.2, 2);
    const cost_instances data = paths(c);
    for_each_loss([&](auto const& l) {
        const std::string name = detail::name_of(l);
        CAPTURE(name);
        decision_criterion loss(l);
        std::vector<double> first;
        double v = 0;
        for (order o : orders)
            for (order to : orders) {
                storage<double> p(6, 40, o), g(6, 40, to);
                p.fill(7);
                const double found = loss.gradient(p.one(), data, g.one());
                if (first.empty()) first = elements(g.one()), v = found;
                CHECK(found == v);
                CHECK(same_bits(elements(g.one()), first));
                loss.gradient(p.one(), data, p.one());
                CHECK(same_bits(elements(p.one()), first));
            }
        storage<float> pf(6, 40, order::columns), gf(6, 40, order::strided);
        pf.fill(7);
        CHECK(loss.gradient(pf.one(), data, gf.one()) == doctest::Approx(v).epsilon(1e-5));
        const auto slopes = elements(gf.one());
        double most = 0, size = 0;
        for (std::size_t k = 0; k < slopes.size(); ++k)
            most = std::fmax(most, std::abs(double(slopes[k]) - first[k])), size = std::fmax(size, std::abs(first[k]));
        CHECK(most < 1e-5);
        CHECK(size > 1e-3);
        xt::xtensor<double, 2> px({6, 40}), gx({6, 40});
        storage<double> p(6, 40);
        const auto e = elements(p.fill(7).one());
        std::copy(e.begin(), e.end(), px.begin());
        CHECK(loss.gradient(px, data, gx) == v);
        CHECK(same_bits(std::vector<double>(gx.begin(), gx.end()), first));
    });
}

TEST_CASE("threads give the same bits") {
    const dense c = uniform(10, 40, 1, 0.2, 2), p = uniform(1500, 40, 2, 0.2, 2);
    const cost_instances data = paths(c);
    std::vector<index_t> rows;
    for (index_t i = 0; i < 1500; ++i) rows.push_back(i % 10);
    thread_pool pool(3);
    for_each_loss([&](auto const& l) {
        dense one = p, other = p;
        decision_criterion alone(l), together(l, pool);
        CHECK(alone.gradient(p, data, rows, one) == together.gradient(p, data, rows, other));
        CHECK(one == other);
        CHECK((one - p).norm() > 1);
    });
}

TEST_CASE("nothing is allocated from the second call on") {
    const dense c = uniform(30, 40, 1, 0.2, 2), p = uniform(30, 40, 2, 0.2, 2);
    const cost_instances data = paths(c);
    const std::vector<index_t> rows{3, 5, 7};
    const dense few = p.topRows(3);
    for_each_loss([&](auto const& l) {
        decision_criterion loss(l);
        dense g = p, few_g = few;
        for (int k = 0; k < 3; ++k) {
            const auto before = allocations();
            loss.value(p, data), loss.gradient(p, data, g), loss.gradient(few, data, rows, few_g);
            CHECK((k == 0 || allocations() == before));
        }
    });
}

TEST_CASE("a step is a gradient: value asks at the same one, and an error makes none") {
    const dense c = uniform(2, 3, 1);
    dense g = c, bad = c;
    const cost_instances data(c);
    decision_criterion loss(step_count{});
    CHECK(loss.value(c, data) == 0);
    CHECK(loss.gradient(c, data, g) == 0);
    CHECK(loss.value(c, data) == 1);
    bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS(loss.gradient(bad, data, g));
    CHECK(loss.gradient(c, data, g) == 1);
    loss.step = 7;
    CHECK(loss.value(c, data) == 7);
}

TEST_CASE("regret: by its formulas, to minimise and to maximise, and how many solves it took") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_problem([](listed const& x, sense to, dense const& c, variable_bounds const&) {
        const dense p = c + uniform(c.rows(), c.cols(), 1, -1, 1);
        const cost_instances data(c, x, to);
        const regrets r = regret(p, data, x), again = regret(p, c, x, to);
        double sum = 0, size = 0, ratio = 0;
        for (index_t i = 0; i < c.rows(); ++i) {
            const double z = detail::dot(row(c, i), best(x, to, row(c, i))), one = detail::sign_of(to) * (detail::dot(row(c, i), best(x, to, row(p, i))) - z);
            CHECK(std::abs(r.each[std::size_t(i)] - one) < 1e-13);
            sum += one, size += z, ratio += one / z / double(c.rows());
        }
        CHECK(r.normalised == doctest::Approx(sum / size).epsilon(1e-12));
        CHECK(r.mean_ratio == doctest::Approx(ratio).epsilon(1e-12));
        CHECK(std::abs(r.normalised - r.mean_ratio) > 1e-5);
        CHECK(r.each == again.each);
        CHECK(r.solves == c.rows());
        CHECK(again.solves == 2 * c.rows());
        CHECK(regret(c, data, x).normalised == 0);
        if (to == sense::minimise)
            CHECK(regret(p, c, x, sense::maximise).normalised != doctest::Approx(r.normalised));
        else
            CHECK_THROWS_WITH(regret(p, c, x, sense::minimise), "isotypic: regret: the best decision is x = 0 everywhere: is the sense right?");
        const Eigen::MatrixXf columns = p.cast<float>();
        CHECK(regret(columns, data, x).normalised == doctest::Approx(r.normalised).epsilon(1e-3));
    });
    const dense zero = dense::Zero(2, 3);
    const listed any{{{1, 0, 0}, {0, 1, 0}}};
    CHECK(regret(uniform(2, 3, 1), zero, any).normalised == 0);
    const dense debts{{-2, -1, 0}}, wrong{{-1, -2, 0}};
    CHECK(regret(wrong, debts, any).normalised == 0.5);
    CHECK(regret(wrong, debts, any).mean_ratio == 0.5);
}

TEST_CASE("instances: errors name the instance, and a call that throws leaves them as they were") {
    dense c = uniform(5, 8, 1, 0.2, 2);
    const listed x = knapsack();
    CHECK_THROWS_WITH(cost_instances(c, unable{x, c(3, 0)}), "isotypic: cost instances: instance 3: infeasible");
    CHECK_THROWS_WITH(cost_instances(c, unable{x, -c(2, 0)}, sense::maximise), "isotypic: cost instances: instance 2: infeasible");
    CHECK_THROWS_WITH(cost_instances(c, unbounded{}), "isotypic: cost instances: a solver of 3 costs for instances of 8");
    CHECK_THROWS_WITH(cost_instances(dense(c.leftCols(3)), unbounded{}),
                      "isotypic: cost instances: instance 0: the solver's decision is not finite at component 0: has it written every one?");
    CHECK_THROWS_WITH(cost_instances(c, x, sense::minimise, {numbers(8, 0), numbers(7, 1)}),
                      "isotypic: cost instances: 8 lower and 7 upper bounds for 8 variables");
    CHECK_THROWS_WITH(cost_instances(c, x, sense::minimise, {numbers(8, 0), numbers(8, -1)}),
                      "isotypic: cost instances: variable 0 has bounds that leave it no value");
    const dense few = c.topRows(4);
    CHECK_THROWS_WITH(cost_instances(c, few), "isotypic: cost instances: decisions of 4 x 8 for costs of 5 x 8");
    dense broken = c;
    broken(2, 6) = infinite;
    CHECK_THROWS_WITH(cost_instances{broken}, "isotypic: cost instances: instance 2: cost 6 is not finite");
    CHECK_THROWS_WITH(cost_instances(c, broken), "isotypic: cost instances: instance 2: decision 6 is not finite");

    cost_instances unsolved(c), data(c, x);
    CHECK_THROWS_WITH(unsolved.sensitivities([](auto, auto, auto) {}), "isotypic: cost instances: sensitivities are of decisions: give a solver, or decisions");
    data.sensitivities([](auto, auto, std::span<double> d) { std::fill(d.begin(), d.end(), 4.0); });
    int calls = 0;
    const auto third = [&](auto, auto, std::span<double> d) {
        std::fill(d.begin(), d.end(), 5.0);
        if (calls++ == 2) throw std::runtime_error("no bound");
    };
    CHECK_THROWS_WITH(data.sensitivities(third), "isotypic: cost instances: instance 2: no bound");
    CHECK_THROWS_WITH(data.sensitivities([](auto, auto, std::span<double> d) { std::fill(d.begin(), d.end(), 1.0), d[4] = -2; }),
                      "isotypic: cost instances: instance 0: its sensitivity at component 4 is -2.000000, and has to be 0 or more");
    CHECK_THROWS_WITH(data.sensitivities([](auto, auto, std::span<double> d) { std::fill_n(d.begin(), 3, 1.0); }), doctest::Contains("at component 3"));
    for (index_t i = 0; i < 5; ++i) CHECK(data.sensitivity(i)[7] == 4);
}

TEST_CASE("criterion: errors name loss and instance, and nothing is written") {
    const dense c = uniform(5, 8, 1, 0.2, 2), p = uniform(5, 8, 2);
    const listed x = knapsack();
    const cost_instances unsolved(c), data(c, x, sense::maximise);
    decision_criterion squares(squared_costs{});
    decision_criterion sided(one_sided{});
    decision_criterion local(unit_costs{} | one_sided{} * local_costs{});
    dense g = p;
    const dense before = g, narrow = p.leftCols(7), few = p.topRows(4);
    const std::vector<index_t> rows{0, 4, 5, 1, 2}, negative{0, 1, -1, 2, 3}, three{1, 2, 3}, none;
    CHECK_THROWS_WITH(sided.gradient(p, unsolved, g), "isotypic: one-sided cost loss: it needs the best decisions: give the instances a solver, or decisions");
    CHECK_THROWS_WITH(local.gradient(p, data, g),
                      "isotypic: one-sided cost loss by local costs of unit costs: it needs sensitivities: call the instances' `sensitivities`");
    CHECK_THROWS_WITH(squares.value(narrow, data), "isotypic: squared cost error: predictions of 5 x 7 for 5 instances of 8 costs");
    CHECK_THROWS_WITH(squares.value(p, data, three), "isotypic: squared cost error: predictions of 5 x 8 for 3 instances of 8 costs");
    dense small = few;
    CHECK_THROWS_WITH(squares.gradient(p, data, small), "isotypic: squared cost error: a result of 4 x 8 for predictions of 5 x 8");
    CHECK_THROWS_WITH(squares.gradient(p, data, rows, g), "isotypic: squared cost error: row 2 asks for instance 5, and there are 5");
    CHECK_THROWS_WITH(squares.gradient(p, data, negative, g), "isotypic: squared cost error: row 2 asks for instance -1, and there are 5");
    CHECK_THROWS_WITH(squares.value(few.topRows(0), data, none), "isotypic: squared cost error: the mean over no instances");
    dense wide(5, 9);
    wide.leftCols(8) = p;
    CHECK_THROWS_WITH(squares.gradient(wide.leftCols(8), data, wide.rightCols(8)),
                      "isotypic: squared cost error: predictions and result share some memory, but not all of it");
    CHECK_THROWS_WITH(squares.gradient(p, data, view<double>(g.data(), 5, 8, 0, 1)), "isotypic: squared cost error: the result repeats its own memory");
    dense bad = p;
    bad(3, 2) = infinite;
    const std::vector<index_t> turned{4, 3, 2, 1, 0};
    CHECK_THROWS_WITH(squares.gradient(bad, data, turned, g), "isotypic: squared cost error: instance 1: the prediction of cost 2 is not finite");

    dense half = dense::Zero(5, 8);
    half(2, 5) = 0.5;
    const cost_instances halves(c, half), beyond(c, half, sense::minimise, {numbers(8, -1), numbers(8, 0.25)});
    const cost_instances between(c, half, sense::minimise, {numbers(8, 0), numbers(8, 1)});
    CHECK_THROWS_WITH(sided.gradient(p, halves, g),
                      "isotypic: one-sided cost loss: instance 2: decision 5 is 0.500000, neither 0 nor 1: give the instances the bounds of their variables");
    CHECK_THROWS_WITH(sided.gradient(p, beyond, g), "isotypic: one-sided cost loss: instance 2: decision 5 is 0.500000, outside of its bounds");
    thread_pool pool(2);
    decision_criterion threaded(one_sided{}, pool);
    std::vector<index_t> many(3000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = i == 2990 ? 2 : 1;
    dense all = uniform(3000, 8, 3), out = all;
    CHECK_THROWS_WITH(threaded.gradient(all, halves, many, out), doctest::Contains("one-sided cost loss: instance 2: decision 5 is 0.500000"));
    CHECK(out == all);
    CHECK(g == before);
    CHECK_NOTHROW(sided.gradient(p, between, g));
    CHECK_NOTHROW(squares.gradient(p, halves, g));

    CHECK_THROWS_WITH(decision_criterion(one_sided{.leak = -1}), "isotypic: one-sided cost loss: leak = -1.000000, which must be 0 or more");
    CHECK_THROWS_WITH(decision_criterion(unit_costs{} | one_sided{.power = 0.5}), "isotypic: one-sided cost loss: power = 0.500000, which must be 1 or more");
    CHECK_THROWS_WITH(decision_criterion(one_sided{} * local_costs{.width = 0}), "isotypic: local costs: width = 0.000000, which must be above 0");
    const std::vector<index_t> ninth{8};
    decision_criterion known(with_known(one_sided{}, ninth));
    CHECK_THROWS_WITH(known.value(p, data), "isotypic: one-sided cost loss with known costs: known cost 8 of 8");
}

TEST_CASE("regret: errors") {
    const dense c = uniform(5, 8, 1, 0.2, 2), few = c.topRows(4);
    const listed x = knapsack();
    const cost_instances unsolved(c), data(c, x, sense::maximise);
    dense p = uniform(5, 8, 2);
    CHECK_THROWS_WITH(regret(few, data, x), "isotypic: regret: predictions of 4 x 8 for costs of 5 x 8");
    CHECK_THROWS_WITH(regret(p, unsolved, x), "isotypic: regret: the instances have no best decisions: give them a solver, or decisions");
    CHECK_THROWS_WITH(regret(p, data, unbounded{}), "isotypic: regret: a solver of 3 costs for instances of 8");
    CHECK_THROWS_WITH(regret(p, data, unable{x, -p(4, 0)}), "isotypic: regret: instance 4: infeasible");
    p(1, 3) = infinite;
    CHECK_THROWS_WITH(regret(p, data, x), "isotypic: regret: instance 1: the prediction of cost 3 is not finite");
}

TEST_CASE("where a variable stands: at a bound within rounding, or between them, with infinite bounds too") {
    const auto side = [](double x, double low, double high) {
        const dense c = dense::Zero(1, 1), at{{x}};
        const cost_instances data(c, at, sense::minimise, {{low}, {high}});
        return detail::side(data.row(0), 0);
    };
    CHECK(side(3, 0, 3) == 1);
    CHECK(side(3 - 1e-6, 0, 3) == 1);
    CHECK(side(1e6 * (1 - 1e-7), 0, 1e6) == 1);
    CHECK(side(2, 0, 3) == 0);
    CHECK(side(1e-7, 0, 3) == -1);
    CHECK(side(5, 0, infinite) == 0);
    CHECK(side(0, 0, infinite) == -1);
    CHECK(side(-7, -infinite, -7) == 1);
    CHECK(side(1e300, -infinite, infinite) == 0);
    CHECK(side(1e6 + 0.5, 1e6, 1e6 + 1) == 0);
    CHECK(side(1e6 + 1, 1e6, 1e6 + 1) == 1);
    CHECK(side(1e6 - 0.1, 1e6, 1e6 + 1) == -1);
    CHECK(side(5e-8, 0, 1e-7) == 0);
    CHECK(side(2, 2, 2) == -1);
    CHECK_THROWS(side(2.1, 2, 2));
    CHECK_THROWS(side(3.1, 0, 3));
    CHECK_THROWS(side(-1, 0, infinite));
}
