// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"

using namespace isotypic;
using namespace decision_problems;

namespace {

const variable_bounds wide{{0, -1, 0, 2}, {3, 2, 1, 6}};
/// Whole numbers in ranges of 3, 3, 1 and 4.
listed whole_numbers() {
    listed all;
    const numbers weights{3, 5, 4, 2};
    for (int bits = 0; bits < 4 * 4 * 2 * 5; ++bits) {
        const numbers x{double(bits % 4), double(bits / 4 % 4) - 1, double(bits / 16 % 2), double(bits / 32) + 2};
        if (detail::dot(x, weights) <= 14) all.all.push_back(x);
    }
    return all;
}
numbers ranges_of(variable_bounds const& b) {
    numbers r;
    for (std::size_t j = 0; j < b.lower.size(); ++j) r.push_back(b.upper[j] - b.lower[j]);
    return r;
}
/// sum_j weight_j phi(e_j)
double weighted(one_sided const& l, numbers const& weight, dense const& p, cost_instances const& data, index_t i) {
    numbers g(weight.size());
    return detail::sum_costs(l, data.row(i), row(p, i), g, [&](std::size_t j) { return weight[j]; });
}

}  // namespace

TEST_CASE("B2, B3 with whole numbers in ranges: the harmful errors count by their range, and without it nothing is bounded") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = whole_numbers();
    const numbers ranges = ranges_of(wide);
    for (sense to : {sense::minimise, sense::maximise}) {
        const dense c = uniform(300, 4, 1, -1, 2), p = c + uniform(300, 4, 2, -0.8, 0.8);
        const cost_instances data(c, x, to, wide);
        const regrets r = regret(p, data, x);
        double tightest = 0, nearest = 0, unweighted = 0;
        index_t between = 0;
        for (index_t i = 0; i < c.rows(); ++i) {
            const double found = r.each[std::size_t(i)], bound = weighted({.power = 1}, ranges, p, data, i);
            double spo = -infinite;
            for (auto const& other : x.all) {
                double v = 0;
                for (std::size_t j = 0; j < other.size(); ++j)
                    v += detail::sign_of(to) * (2 * p(i, index_t(j)) - c(i, index_t(j))) * (data.decision(i)[j] - other[j]);
                spo = std::fmax(spo, v);
            }
            CHECK(found <= spo + 1e-12);
            CHECK(spo <= 2 * bound + 1e-12);
            tightest = std::fmax(tightest, found / bound), nearest = std::fmax(nearest, spo / (2 * bound));
            unweighted = std::fmax(unweighted, found / weighted({.power = 1}, numbers(4, 1), p, data, i));
            for (std::size_t j = 0; j < 4; ++j) between += detail::side(data.row(i), j) == 0;
        }
        CHECK(tightest > 0.2);
        CHECK(nearest > 0.4);
        CHECK(unweighted > 1 + 1e-3);
        CHECK(between > 0);
    }
}

TEST_CASE("B4 with whole numbers in ranges: the bound holds for unit costs too") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = whole_numbers();
    const numbers ranges = ranges_of(wide), one(4, 1);
    const dense c = uniform(300, 4, 3, 0.2, 2), p = c + uniform(300, 4, 4, -0.6, 0.6), u = p.rowwise().normalized(), v = c.rowwise().normalized();
    for (sense to : {sense::minimise, sense::maximise}) {
        const cost_instances data(c, x, to, wide), units(v, x, to, wide);
        const regrets r = regret(p, data, x);
        double unweighted = 0;
        for (index_t i = 0; i < c.rows(); ++i) {
            const double relative = r.each[std::size_t(i)] / c.row(i).norm();
            CHECK(relative <= weighted({.power = 1}, ranges, u, units, i) + 1e-12);
            unweighted = std::fmax(unweighted, relative / weighted({.power = 1}, one, u, units, i));
        }
        CHECK(unweighted > 1 + 1e-3);
    }
}

TEST_CASE("in variables between 0 and 1 the same problem has the bound without weights") {
    INFO("ISOTYPIC_SEED=", seed());
    listed unit = whole_numbers();
    const numbers ranges = ranges_of(wide);
    for (auto& x : unit.all)
        for (std::size_t j = 0; j < 4; ++j) x[j] = (x[j] - wide.lower[j]) / ranges[j];
    dense c = uniform(300, 4, 1, -1, 2), p = c + uniform(300, 4, 2, -0.8, 0.8);
    for (index_t j = 0; j < 4; ++j) c.col(j) *= ranges[std::size_t(j)], p.col(j) *= ranges[std::size_t(j)];
    for (sense to : {sense::minimise, sense::maximise}) {
        const cost_instances data(c, unit, to, {numbers(4, 0), numbers(4, 1)});
        const regrets r = regret(p, data, unit);
        double most = 0;
        for (index_t i = 0; i < c.rows(); ++i) most = std::fmax(most, r.each[std::size_t(i)] / weighted({.power = 1}, numbers(4, 1), p, data, i));
        CHECK(most <= 1 + 1e-12);
        CHECK(most > 0.2);
    }
}

TEST_CASE("B5: over all Delta the regret of one error is relu, which no smaller slope bounds; over one Delta d^2 / Delta is the least parabola") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = every_path();
    const dense c = uniform(10, 40, 5, 0.2, 2);
    const cost_instances data(c, x);
    double worst = -infinite, slope = infinite, square = infinite, corner = -infinite, below = infinite;
    for (index_t i = 0; i < c.rows(); ++i) {
        numbers delta(40);
        grid{}.sensitivity(data.cost(i), data.decision(i), delta);
        for (std::size_t j = 0; j < 40; ++j) {
            if (!std::isfinite(delta[j]) || delta[j] < 1e-3) continue;
            for (double share : {-2.0, -0.5, 0.25, 0.6, 0.999, 1.001, 1.5, 3.0}) {
                const double d = share * delta[j];
                numbers p(data.cost(i).begin(), data.cost(i).end());
                p[j] += detail::side(data.row(i), j) * d;
                const double lost = detail::dot(data.cost(i), best(x, sense::minimise, p)) - data.optimum(i), least = std::fmax(0, d);
                const double parabola = d * d / delta[j], hinge = std::fmax(0, 2 * d - delta[j]);
                worst = std::fmax(worst, std::fmax(lost - least, lost - parabola)), corner = std::fmax(corner, lost - hinge);
                slope = std::fmin(slope, 0.99 * least - lost), square = std::fmin(square, 0.99 * parabola - lost);
                below = std::fmin(below, (hinge - least) / delta[j]);
            }
        }
    }
    CHECK(worst < 1e-12);
    CHECK(slope < -1e-4);
    CHECK(square < -1e-4);
    // Of one Delta, relu is not the least convex bound through 0: there is none. A steeper hinge lies below it up to Delta.
    CHECK(corner < 1e-12);
    CHECK(below < -0.1);
}
