// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"
#include <isotypic/loss/decision/baselines/cave.hpp>
#include <isotypic/loss/decision/baselines/noise_contrastive.hpp>
#include <isotypic/loss/decision/baselines/spo_plus.hpp>
#include <isotypic/loss/decision/decision.hpp>

using namespace isotypic;
using namespace decision_problems;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Writes 1 where it chooses, and 0 elsewhere only if told to.
struct cheapest {
    bool zeros = true;
    double one = 1, less = 0;
    index_t size() const { return 4; }
    void solve(std::span<double const> c, std::span<double> x) {
        if (zeros) std::fill(x.begin(), x.end(), 0.0);
        x[std::size_t(std::min_element(c.begin(), c.end()) - c.begin())] = one;
        one -= less;
    }
};
/// What a user writes who has not read that a solver never maximises.
struct maximising {
    listed of;
    index_t size() const { return of.size(); }
    void solve(std::span<double const> c, std::span<double> x) const {
        numbers turned(c.size());
        for (std::size_t j = 0; j < c.size(); ++j) turned[j] = -c[j];
        of.solve(turned, x);
    }
};

/// A loss of one's own that cannot do with known costs.
struct of_all : squared_costs {
    void require_known(std::span<index_t const>) const { throw error("isotypic: it knows nothing"); }
};

}  // namespace

TEST_CASE("a solver that writes only what it chooses is an error in instances, regret and the losses that solve, and nothing of it stays") {
    const dense c = uniform(20, 4, 1, 0.2, 2), p = uniform(20, 4, 2, 0.2, 2);
    cheapest whole, partly{.zeros = false};
    const cost_instances data(c, whole);
    CHECK_THROWS_WITH(cost_instances(c, partly), doctest::Contains("instance 0: the solver's decision is not finite at component "));
    CHECK_THROWS_WITH(regret(p, data, partly), doctest::Contains("instance 0: the solver's decision is not finite at component "));
    spo_plus loss(partly), right(whole);
    dense g = p;
    CHECK_THROWS_WITH(loss.gradient(p, data, g), doctest::Contains(": has it written every one?"));
    CHECK(g == p);
    CHECK(right.value(p, data) > 1e-3);
    CHECK(regret(p, data, whole).normalised > 1e-3);
}

TEST_CASE("a regret below 0, and best decisions of nothing but zeros, are a wrong sense; a solver's gap is allowed for where it is told") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed paths = every_path(), loads = knapsack();
    const dense c = uniform(20, 40, 1, 0.2, 2), p = uniform(20, 40, 2, 0.2, 2), gains = c.leftCols(8), q = p.leftCols(8);
    const cost_instances data(c, paths), most(c, maximising{paths});
    CHECK_THROWS_WITH(regret(p, most, paths),
                      "isotypic: regret: instance 0: the decision for the prediction is better than the best known: is the sense right?");
    CHECK_NOTHROW(regret(p, data, paths));
    CHECK_NOTHROW(regret(c, data, paths));
    const std::string zeros = "isotypic: regret: the best decision is x = 0 everywhere: is the sense right?";
    CHECK_THROWS_WITH(regret(q, gains, loads), zeros.c_str());
    CHECK_THROWS_WITH(regret(q, gains, maximising{loads}, sense::maximise), zeros.c_str());
    CHECK(regret(q, gains, loads, sense::maximise).normalised > 1e-3);

    const dense near{{1, 1 + 1e-5}}, second{{0, 1}};
    const listed either{{{1, 0}, {0, 1}}};
    const cost_instances inexact(near, second);
    CHECK_THROWS(regret(near, inexact, either));
    CHECK(regret(near, inexact, either, 1e-4).each[0] == doctest::Approx(-1e-5));
}

TEST_CASE("a value or slope that overflows, in double or as float, is an error that names its instance, and nothing is written") {
    const dense c = dense::Constant(3, 2, 1);
    const cost_instances data(c);
    dense p = 2 * c, g = dense::Constant(3, 2, 7);
    p(1, 1) = 1e200;
    decision_criterion loss(squared_costs{});
    CHECK_THROWS_WITH(loss.value(p, data), "isotypic: squared cost error: instance 1: the loss is not finite");
    CHECK_THROWS_WITH(loss.gradient(p, data, g), "isotypic: squared cost error: instance 1: the loss is not finite");
    p(1, 1) = 1e40;
    Eigen::MatrixXf narrow = Eigen::MatrixXf::Constant(3, 2, 7);
    CHECK_THROWS_WITH(loss.gradient(p, data, narrow), "isotypic: squared cost error: instance 1: the slope in cost 1 is not finite, as it would be written");
    CHECK((narrow.array() == 7).all());
    CHECK((g.array() == 7).all());
    CHECK(loss.step == 0);
    CHECK(loss.gradient(p, data, g) > 1e79);
    CHECK(g(1, 1) == doctest::Approx(2e40 / 3));
    CHECK(loss.step == 1);
}

TEST_CASE("a pool keeps decisions that differ by rounding once, and those that differ by more apart") {
    const dense c = uniform(50, 4, 1, 0.2, 2), p = uniform(50, 4, 2, 0.2, 2);
    cheapest rounded{.less = 1e-12}, drifting{.less = 1e-3};
    const cost_instances data(c, cheapest{});
    dense g = p;
    noise_contrastive loss(rounded), other(drifting);
    for (int k = 0; k < 5; ++k) loss.gradient(p, data, g);
    other.gradient(p, data, g);
    CHECK(loss.pool.size() <= 4);
    CHECK(other.pool.size() == 50);
}

TEST_CASE("vectors of an instance that is not, and losses of others that are given temporaries") {
    instance_vectors v(2, 3);
    v.add(1, numbers{1, 0, 0});
    CHECK(v.count(1) == 1);
    CHECK(v.vector(1, 0)[0] == 1);
    CHECK_THROWS_WITH(v.count(5), "isotypic: instance vectors: instance 5, and there are 2");
    CHECK_THROWS_WITH(v.vector(-1, 0), "isotypic: instance vectors: instance -1, and there are 2");
    CHECK_THROWS_WITH(v.vector(1, 1), "isotypic: instance vectors: instance 1 has 1, and no vector 1");
    CHECK_THROWS(v.vector(0, 0));

    const dense c = uniform(5, 4, 1, 0.2, 2), p = uniform(5, 4, 2, 0.2, 2);
    cheapest s;
    const cost_instances data(c, s);
    spo_plus loss(s);
    CHECK(loss.value(dense(2 * p), data) == loss.value(dense(2 * p), data, {0, 1, 2, 3, 4}));
    dense g = p;
    CHECK(loss.gradient(dense(p.topRows(2)), data, {0, 1}, g.topRows(2)) > 1e-3);
}

TEST_CASE("whole numbers without bounds are told of them; bounds that are no numbers are named; a fixed variable is harmed by no error") {
    const dense c = dense::Constant(1, 3, 1), x{{3, 2, 0}}, high{{2, 2, 2}}, low{{0, 0, 0}};
    CHECK_THROWS_WITH(value(one_sided{}, c, cost_instances(c, x)),
                      "isotypic: one-sided cost loss: instance 0: decision 0 is 3.000000, neither 0 nor 1: give the instances the bounds of their variables");
    CHECK_THROWS_WITH(cost_instances(c, x, sense::minimise, {{0, 0, 0}, {3, not_a_number, 3}}),
                      "isotypic: cost instances: a bound of variable 1 is not a number");
    CHECK_THROWS_WITH(cost_instances(c, x, sense::minimise, {{0, 0, infinite}, {3, 3, infinite}}),
                      "isotypic: cost instances: variable 2 has bounds that leave it no value");

    for (sense to : {sense::minimise, sense::maximise}) {
        const cost_instances fixed(c, x, to, {{0, 2, 0}, {3, 2, 3}}), loose(c, x, to, {{0, 2, 0}, {3, 3, 3}});
        for (dense const& p : {high, low}) {
            CHECK(gradient(one_sided{}, p, fixed)(0, 1) == 0);
            CHECK(gradient(one_sided{.leak = 0.5}, p, fixed)(0, 1) == p(0, 1) - 1);
            CHECK(gradient(one_sided{.leak = 1}, p, fixed) == gradient(squared_costs{}, p, fixed));
        }
        CHECK(std::abs(gradient(one_sided{}, high, loose)(0, 1)) + std::abs(gradient(one_sided{}, low, loose)(0, 1)) == 2);
        CHECK_THROWS(value(one_sided{}, high, cost_instances(c, x, to, {{0, 1, 0}, {3, 1, 3}})));
    }
    CHECK(cost_instances(c, sense::maximise).direction() == sense::maximise);
    CHECK(cost_instances(c, sense::maximise).solves == 0);
}

TEST_CASE("known costs behind stakes and weights: a gauge that moves one is refused, what is known may be a list, and has to be finite") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = every_path();
    const dense c = uniform(6, 40, 1, 0.2, 2), p = c + uniform(6, 40, 2, -1, 1);
    cost_instances data(c, x);
    data.sensitivities([](auto cost, auto best, auto delta) { grid{}.sensitivity(cost, best, delta); });
    const dense a = grid{}.balances();
    const cost_gauge any = cost_gauge::equalities(a), spared = cost_gauge::equalities(a, {0, 5});
    const stakes of = stakes_of(data);
    const auto refused = [&](auto const& l) { CHECK_THROWS_WITH(value(l, p, data), doctest::Contains("the gauge moves known cost 0")); };
    refused(with_known(of * (gauge_fixed{any} | one_sided{}), {0, 5}));
    refused(with_known(of * (gauge_fixed{any} | one_sided{} * local_costs{}), {0, 5}));
    CHECK_THROWS_WITH(value(with_known(of * (gauge_fixed{spared} | of_all{} * local_costs{}), {0, 5}), p, data), "isotypic: it knows nothing");
    refused(with_known(of * with_known(gauge_fixed{any} | one_sided{}, {}), {0, 5}));
    const auto right = with_known(of * (gauge_fixed{spared} | one_sided{}), {0, 5});
    dense elsewhere = p, exact = p;
    for (index_t k : {0, 5}) elsewhere.col(k).setConstant(1e6), exact.col(k) = c.col(k);
    CHECK(value(right, p, data) == value(right, elsewhere, data));
    CHECK(value(right, p, data) == value(of * (gauge_fixed{spared} | one_sided{}), exact, data));
    CHECK(std::abs(value(of * (gauge_fixed{spared} | one_sided{}), p, data) - value(right, p, data)) > 1e-3);
    elsewhere(2, 5) = not_a_number;
    CHECK_THROWS_WITH(value(right, elsewhere, data), doctest::Contains("instance 2: the prediction of cost 5 is not finite"));
}
