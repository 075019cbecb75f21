// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"

using namespace isotypic;
using namespace decision_problems;

namespace {

/// Some of each item, to maximise c'x where weights'x <= capacity, 0 <= x <= 1: the items of the largest c / weight, the last one in part.
struct part_load {
    numbers weights{3, 5, 4, 7, 6};
    double capacity = 11.5;  // no set of whole items fills it
    index_t size() const { return index_t(weights.size()); }
    /// By gain for a weight; costs are gains, negative, as a solver gets them.
    std::vector<std::size_t> order(std::span<double const> c) const {
        std::vector<std::size_t> o(weights.size());
        for (std::size_t j = 0; j < o.size(); ++j) o[j] = j;
        std::sort(o.begin(), o.end(), [&](std::size_t a, std::size_t b) { return c[a] / weights[a] < c[b] / weights[b]; });
        return o;
    }
    void solve(std::span<double const> c, std::span<double> x) const {
        double left = capacity;
        std::fill(x.begin(), x.end(), 0.0);
        for (std::size_t j : order(c)) x[j] = c[j] < 0 ? std::fmin(1, left / weights[j]) : 0, left -= x[j] * weights[j];
    }
    /// |gain - weight * price|, the price that of the item in part.
    numbers reduced_costs(std::span<double const> gain, std::span<double const> x) const {
        double price = 0;
        for (std::size_t j = 0; j < x.size(); ++j)
            if (x[j] > 0 && x[j] < 1) price = gain[j] / weights[j];
        numbers reduced;
        for (std::size_t j = 0; j < x.size(); ++j) reduced.push_back(x[j] > 0 && x[j] < 1 ? 0 : std::abs(gain[j] - weights[j] * price));
        return reduced;
    }
    /// Vertices: each item in or out, but for one at most, which fills what is left.
    listed vertices() const {
        const std::size_t d = weights.size();
        listed all;
        for (std::size_t bits = 0; bits < std::size_t{1} << d; ++bits) {
            numbers x(d);
            for (std::size_t j = 0; j < d; ++j) x[j] = bits >> j & 1 ? 1 : 0;
            const double left = capacity - detail::dot(x, weights);
            if (left < 0) continue;
            all.all.push_back(x);
            for (std::size_t j = 0; j < d; ++j) {
                if (x[j] != 0 || left >= weights[j]) continue;
                all.all.push_back(x);
                all.all.back()[j] = left / weights[j];
            }
        }
        return all;
    }
};

}  // namespace

TEST_CASE("a linear program: B1 and B2 hold, where a basic variable is harmed both ways") {
    INFO("ISOTYPIC_SEED=", seed());
    const part_load load;
    const listed x = load.vertices();
    const dense c = uniform(200, 5, 6, 0.2, 2), p = c + uniform(200, 5, 7, -0.8, 0.8);
    const cost_instances data(c, load, sense::maximise, {numbers(5, 0), numbers(5, 1)});
    const regrets r = regret(p, data, load);
    index_t basic = 0;
    double tightest = 0;
    dense safe = c;
    decision_criterion harm(one_sided{.power = 1});
    for (index_t i = 0; i < c.rows(); ++i) {
        CHECK(data.optimum(i) == doctest::Approx(detail::dot(row(c, i), best(x, sense::maximise, row(c, i)))).epsilon(1e-12));
        const double bound = harm.value(dense(p.row(i)), data, {i});
        CHECK(r.each[std::size_t(i)] <= bound + 1e-12);
        tightest = std::fmax(tightest, r.each[std::size_t(i)] / bound);
        for (index_t j = 0; j < 5; ++j) basic += detail::side(data.row(i), std::size_t(j)) == 0, safe(i, j) += detail::side(data.row(i), std::size_t(j)) * 0.4;
    }
    CHECK(basic > 50);
    CHECK(tightest > 0.2);
    CHECK(value(one_sided{}, safe, data) == 0);
    CHECK(regret(safe, data, load).normalised < 1e-14);
}

TEST_CASE("|reduced cost| of a linear program: a harmful error beyond it moves the decision and one below it does not; it is at most Delta") {
    INFO("ISOTYPIC_SEED=", seed());
    const part_load load;
    const listed x = load.vertices();
    const dense c = uniform(100, 5, 8, 0.2, 2);
    const cost_instances data(c, load, sense::maximise, {numbers(5, 0), numbers(5, 1)});
    double over = -infinite, apart = 0, early = 0, late = infinite;
    for (index_t i = 0; i < c.rows(); ++i) {
        const numbers reduced = load.reduced_costs(data.cost(i), data.decision(i));
        for (std::size_t j = 0; j < 5; ++j) {
            const double side = detail::side(data.row(i), j);
            if (side == 0) continue;
            // Delta, forced to the other bound: the best vertex there, or the best on an edge that crosses it.
            double other = -infinite;
            for (auto const& a : x.all)
                for (auto const& b : x.all) {
                    const double to = side > 0 ? 0 : 1, t = a[j] == b[j] ? 0 : (to - a[j]) / (b[j] - a[j]);
                    if (t < 0 || t > 1 || std::abs(a[j] + t * (b[j] - a[j]) - to) > 1e-12) continue;
                    other = std::fmax(other, (1 - t) * detail::dot(data.cost(i), a) + t * detail::dot(data.cost(i), b));
                }
            const double delta = data.optimum(i) - other;
            over = std::fmax(over, reduced[j] - delta), apart = std::fmax(apart, delta - reduced[j]);
            const auto moved = [&](double error) {
                numbers p(data.cost(i).begin(), data.cost(i).end());
                p[j] -= side * error;  // to maximise a gain that looks too small harms what is chosen
                const numbers found = best(x, sense::maximise, p);
                return std::abs(found[j] - data.decision(i)[j]);
            };
            early = std::fmax(early, moved(0.999 * reduced[j] - 1e-9)), late = std::fmin(late, moved(1.001 * reduced[j] + 1e-9));
        }
    }
    CHECK(over < 1e-12);
    CHECK(apart > 1e-3);
    CHECK(early < 1e-12);
    CHECK(late > 1e-3);
}
