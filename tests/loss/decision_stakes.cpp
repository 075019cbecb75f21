// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"
#include <isotypic/loss/decision/stakes.hpp>
#include <array>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace decision_problems;

TEST_CASE("stakes weigh an instance by its optimum over the mean one, value and gradient alike") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_problem([](listed const& x, sense to, dense const& c, variable_bounds const& bounds) {
        const cost_instances data(c, x, to, bounds);
        const dense p = c + uniform(c.rows(), c.cols(), 1, -1, 1);
        const auto plain = unit_costs{} | one_sided{.leak = 0.1};
        const dense g = gradient(plain, p, data);
        double mean = 0;
        for (index_t i = 0; i < data.size(); ++i) mean += std::abs(data.optimum(i)) / double(data.size());
        for (double power : {0.0, 0.5, 1.0}) {
            dense expected = g;
            double sum = 0;
            for (index_t i = 0; i < data.size(); ++i) {
                const double w = std::pow(std::abs(data.optimum(i)) / mean, power);
                const std::array<index_t, 1> only{i};
                decision_criterion one(plain);
                expected.row(i) *= w, sum += w * one.value(dense(p.row(i)), data, only) / double(data.size());
            }
            CHECK(value(stakes_of(data, power) * plain, p, data) == doctest::Approx(sum).epsilon(1e-13));
            CHECK((gradient(stakes_of(data, power) * plain, p, data) - expected).norm() < 1e-13);
        }
        CHECK((gradient(stakes_of(data) * plain, p, data) - g).norm() > 1e-6);
    });
}

TEST_CASE("with power 1 a loss of unit costs has the degree of the regret in the costs, and without it none") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = every_path();
    const dense c = uniform(6, x.size(), 1, 0.2, 2), p = c + uniform(c.rows(), c.cols(), 2, -1, 1);
    const cost_instances data(c, x), tripled(dense(3 * c), x);
    const auto plain = unit_costs{} | one_sided{};
    const stakes of = stakes_of(data, 1);
    CHECK(value(of * plain, p, tripled) == doctest::Approx(3 * value(of * plain, p, data)).epsilon(1e-13));
    CHECK(value(plain, p, tripled) == doctest::Approx(value(plain, p, data)).epsilon(1e-13));
}

TEST_CASE("stakes need optima, a mean and a power") {
    const dense c = uniform(4, 3, 1);
    CHECK_THROWS_WITH(stakes_of(cost_instances(c)), "isotypic: stakes: they are of the optima: give the instances a solver, or decisions");
    CHECK_THROWS(decision_criterion(stakes{.power = -1} * one_sided{}));
    CHECK_THROWS(decision_criterion(stakes{.mean = 0} * one_sided{}));
}
