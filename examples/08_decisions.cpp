// Costs predicted so that what is chosen by them is right: three of eight offers a day, by a predictor that cannot be exact.
#include <isotypic/check/cost_laws.hpp>
#include <isotypic/loss/decision/decision.hpp>

#include <Eigen/Dense>
#include <algorithm>
#include <cstdio>
#include <vector>

using namespace isotypic;
using table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The decision problem: what writes the best decision, every component of it, for given costs.
struct three_cheapest {
    index_t size() const { return 8; }
    void solve(std::span<double const> costs, std::span<double> decision) const {
        std::vector<double> sorted(costs.begin(), costs.end());
        std::nth_element(sorted.begin(), sorted.begin() + 2, sorted.end());
        for (std::size_t j = 0; j < 8; ++j) decision[j] = costs[j] <= sorted[2] ? 1 : 0;
    }
};

int main() {
    // Features, the first of them 1; costs are the fourth power of a linear map of them, times noise. What is learned, x * w, is linear.
    random_stream random(1);
    const table truth = table::NullaryExpr(6, 8, [&](index_t i, index_t) { return i ? random.normal() / 5 : 2; });
    const table x = table::NullaryExpr(2000, 6, [&](index_t, index_t j) { return j ? random.normal() : 1; });
    const table c = (x * truth).array().pow(4) * table::NullaryExpr(2000, 8, [&] { return 0.5 + random.uniform(); }).array();
    const table learn = x.topRows(1000), test = x.bottomRows(1000), costs = c.topRows(1000), later = c.bottomRows(1000);
    const three_cheapest problem;
    const cost_instances data(costs, problem);  // one solve a day here, and none in training

    const auto report = [&](char const* title, table const& w) {
        const regrets r = regret(table(test * w), later, problem);
        std::printf("%-34s regret %5.2f %% of the optima\n", title, 100 * r.normalised);
    };
    table w = (learn.transpose() * learn).ldlt().solve(learn.transpose() * costs), slope(1000, 8);
    report("least squares", w);

    auto blind = stakes_of(data) * (unit_costs{} | one_sided{});
    decision_criterion loss(blind);
    const double rate = costs.squaredNorm() / double(costs.size());  // a slope is that of unit costs over the size of the prediction
    for (int step = 0; step < 200; ++step) {
        loss.gradient(table(learn * w), data, slope);
        w -= rate * (learn.transpose() * slope);
    }
    report("stakes, unit costs, one-sided", w);

    // No decision sees the scale of its costs, and nor does this loss.
    const cost_errors e = cost_law_errors(blind, cost_scaling{}, data, problem);
    std::printf("%-34s %s\n", "blind to a scale of predictions?", e.value < 1e-12 && e.slope < 1e-12 && e.decision < 1e-12 ? "yes" : "no");
}
