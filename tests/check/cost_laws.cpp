// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"
#include <isotypic/check/cost_laws.hpp>
#include <isotypic/loss/decision/decision.hpp>

using namespace isotypic;
using namespace decision_problems;

namespace {

cost_instances paths() { return cost_instances(uniform(12, 40, 1, 0.2, 2), grid{}); }
cost_gauge potentials() { return cost_gauge::equalities(grid{}.balances()); }

/// A gradient that is half of what it should be.
struct of_half_slope : squared_costs {
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace& w) const {
        const double v = squared_costs::pull(row, x, g, w);
        for (double& s : g) s /= 2;
        return v;
    }
};
struct of_the_first_cost {
    static constexpr char const* name = "the first cost";
    double pull(decision_row const&, std::span<double const> x, std::span<double> g, workspace&) const {
        std::fill(g.begin(), g.end(), 0.0);
        if (!g.empty()) g[0] = 1;
        return x[0];
    }
};
/// Adds one number to all costs, which moves knapsacks and not assignments; of paths from corner to corner it moves none either.
struct shift {
    void move(random_stream& random, std::span<double> c) const {
        const double by = random.normal();
        for (double& v : c) v += by;
    }
};

}  // namespace

TEST_CASE("a loss that is blind to a group is so by value and slope, and the group moves no decision") {
    INFO("ISOTYPIC_SEED=", seed());
    const cost_instances data = paths();
    const auto blind = [&](auto const& group) {
        for (bool staked : {false, true}) {
            const auto l = blind_to(group) | one_sided{.leak = 0.1};
            const cost_errors e = staked ? cost_law_errors(stakes_of(data) * l, group, data, grid{}) : cost_law_errors(l, group, data, grid{});
            CHECK(e.value < 1e-11);
            CHECK(e.slope < 1e-11);
            CHECK(e.decision < 1e-12);
            CHECK(e.gradient < 1e-7);
        }
        const cost_errors raw = cost_law_errors(one_sided{.leak = 0.1}, group, data, grid{});
        CHECK(raw.value > 1e-2);
        CHECK(raw.slope > 1e-2);
        CHECK(raw.decision < 1e-12);
    };
    blind(cost_scaling{}), blind(potentials()), blind(cost_gauge_and_scaling{potentials()});
    CHECK(cost_law_errors(unit_costs{} | one_sided{}, potentials(), data, grid{}).value > 1e-2);
    CHECK(cost_law_errors(gauge_fixed{potentials()} | one_sided{}, cost_scaling{}, data, grid{}).value > 1e-2);
}

TEST_CASE("a planted fault shows in its own number") {
    INFO("ISOTYPIC_SEED=", seed());
    const cost_instances data = paths(), loads(uniform(12, 8, 2, 0.2, 2), knapsack(), sense::maximise);
    CHECK(cost_law_errors(squared_costs{}, cost_scaling{}, data, grid{}).gradient < 1e-7);
    CHECK(cost_law_errors(of_half_slope{}, cost_scaling{}, data, grid{}).gradient > 1e-2);
    CHECK(cost_law_errors(of_the_first_cost{}, cost_scaling{}, data, grid{}).value > 1e-2);
    CHECK(cost_law_errors(squared_costs{}, shift{}, loads, knapsack()).decision > 1e-3);
    CHECK(cost_law_errors(squared_costs{}, shift{}, data, grid{}).decision < 1e-12);
    CHECK(cost_law_errors(squared_costs{}, cost_scaling{}, loads, knapsack()).decision < 1e-12);
}

TEST_CASE("nothing to look at, and a solver of another problem, are errors") {
    const cost_instances data = paths();
    CHECK_THROWS_WITH(cost_law_errors(squared_costs{}, cost_scaling{}, data, grid{}, 0.3, 0),
                      "isotypic: a loss of costs is looked at on at least one instance, one cost and one draw");
    CHECK_THROWS_WITH(cost_law_errors(squared_costs{}, cost_scaling{}, data, knapsack()), "isotypic: cost laws: a solver of 8 costs for instances of 40");
}
