// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"

using namespace isotypic;
using namespace decision_problems;

namespace {

/// 1, -1 or 0: where x_j stands, the sense turned in.
double standing(cost_instances const& data, index_t i, index_t j) { return detail::sign_of(data.direction()) * detail::side(data.row(i), std::size_t(j)); }

/// Costs of which the errors are harmful, or harmless; where both harm there is none.
dense predicted(cost_instances const& data, dense const& c, double harm, std::uint64_t which) {
    dense p = c;
    const dense size = uniform(c.rows(), c.cols(), which, 0, 3);
    for (index_t i = 0; i < c.rows(); ++i)
        for (index_t j = 0; j < c.cols(); ++j) p(i, j) += harm * standing(data, i, j) * size(i, j);
    return p;
}

}  // namespace

TEST_CASE("the grid's program finds the best path, and its sensitivities are those of brute force") {
    INFO("ISOTYPIC_SEED=", seed());
    const grid g;
    const listed paths = every_path();
    CHECK(paths.all.size() == 70);
    const dense c = uniform(50, 40, 1, 0.2, 2);
    for (index_t i = 0; i < 50; ++i) {
        numbers x(40), delta(40);
        g.solve(row(c, i), x), g.sensitivity(row(c, i), x, delta);
        CHECK(x == best(paths, sense::minimise, row(c, i)));
        const numbers expected = forced(paths, sense::minimise, row(c, i), x);
        double most = 0;
        for (std::size_t j = 0; j < 40; ++j) most = std::fmax(most, std::abs(delta[j] - expected[j]));
        CHECK(most < 1e-12);
    }
}

TEST_CASE("B1: where no error is harmful the one-sided loss is 0 and the best decision stays; harmful errors of that size move it") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_problem([](listed const& x, sense to, dense const& c, variable_bounds const& bounds) {
        const cost_instances data(c, x, to, bounds);
        const dense safe = predicted(data, c, -1, 2), harmed = predicted(data, c, 1, 2);
        CHECK(value(one_sided{}, safe, data) == 0);
        CHECK(gradient(one_sided{}, safe, data).isZero(0));
        CHECK(regret(safe, data, x).normalised < 1e-14);
        CHECK(value(one_sided{}, harmed, data) > 1e-3);
        CHECK(regret(harmed, data, x).normalised > 1e-2);
        CHECK(value(squared_costs{}, safe, data) > 1e-3);

        // Not strict: a loss, and no regret.
        dense twice = 2 * c;
        CHECK(regret(twice, data, x).normalised < 1e-14);
        CHECK(value(one_sided{}, twice, data) > 1e-3);
    });
}

TEST_CASE("B2, B3: the regret is at most SPO+, which is at most twice the sum of the harmful errors") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto check = [](listed const& x, sense to, dense const& c) {
        const cost_instances data(c, x, to);
        const double sign = detail::sign_of(to);
        const dense noise = uniform(c.rows(), c.cols(), 3, -0.8, 0.8), p = c + noise;
        const regrets r = regret(p, data, x);
        double apart = 0, tightest = 0, nearest = 0;
        for (auto const& a : x.all)
            for (auto const& b : x.all) {
                double d = 0;
                for (std::size_t j = 0; j < a.size(); ++j) d += std::abs(a[j] - b[j]);
                apart = std::fmax(apart, d);
            }
        decision_criterion sum(one_sided{.power = 1}), squares(one_sided{});
        for (index_t i = 0; i < c.rows(); ++i) {
            const index_t here[] = {i};
            const dense one = p.row(i);
            const double bound = sum.value(one, data, here), square = squares.value(one, data, here), found = r.each[std::size_t(i)];
            const numbers chosen = best(x, to, row(p, i));
            double between = 0, spo = -infinite;
            for (std::size_t j = 0; j < chosen.size(); ++j) between += sign * noise(i, index_t(j)) * (data.decision(i)[j] - chosen[j]);
            for (auto const& other : x.all) {
                double v = 0;
                for (std::size_t j = 0; j < other.size(); ++j) v += sign * (2 * p(i, index_t(j)) - c(i, index_t(j))) * (data.decision(i)[j] - other[j]);
                spo = std::fmax(spo, v);
            }
            CHECK(found > -1e-12);
            CHECK(found <= between + 1e-12);
            CHECK(between <= bound + 1e-12);
            CHECK(found * found <= apart * square + 1e-12);
            CHECK(found <= spo + 1e-12);
            CHECK(spo <= 2 * bound + 1e-12);
            tightest = std::fmax(tightest, found / bound), nearest = std::fmax(nearest, spo / (2 * bound));
        }
        CHECK(tightest > 0.2);  // so none of these is idle
        CHECK(nearest > 0.4);
        return apart;
    };
    CHECK(check(every_path(), sense::minimise, uniform(200, 40, 100, 0.2, 2)) == 16);
    CHECK(check(knapsack(), sense::maximise, uniform(200, 8, 101, 0.2, 2)) > 1);
}

TEST_CASE("B4: regret is of degree 1 in the costs and 0 in predictions, and bounded by harmful errors of unit costs") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_problem([](listed const& x, sense to, dense const& c, variable_bounds const& bounds) {
        const double d = double(c.cols()), k = 3.7;
        const dense p = c + uniform(c.rows(), c.cols(), 4, -0.15, 0.15), larger = k * c, moved = p.array() + 0.9;
        const cost_instances data(c, x, to, bounds), scaled(larger, x, to, bounds);
        const regrets r = regret(p, data, x), of_scaled = regret(p, scaled, x), by_scaled = regret(dense(k * p), data, x), by_moved = regret(moved, data, x);
        decision_criterion unit(unit_costs{} | one_sided{.power = 1});
        double most = 0;
        for (index_t i = 0; i < c.rows(); ++i) {
            const auto at = std::size_t(i);
            CHECK(of_scaled.each[at] == doctest::Approx(k * r.each[at]).epsilon(1e-11));
            CHECK(std::abs(by_scaled.each[at] - r.each[at]) < 1e-12);
            const index_t here[] = {i};
            const dense one = p.row(i);
            if (bounds.lower.empty()) CHECK(r.each[at] / c.row(i).norm() <= unit.value(one, data, here) / std::sqrt(d) + 1e-12);
            most = std::fmax(most, std::abs(by_moved.each[at] - r.each[at]));
        }
        CHECK(r.normalised > 1e-5);
        if (bounds.lower.size()) CHECK(most > 1e-3);

        const auto degree = [&](auto const& l, double of_p, double of_both) {
            const double v = value(l, p, data);
            CHECK(value(l, p * k, scaled) == doctest::Approx(std::pow(k, of_both) * v).epsilon(1e-12));
            if (of_p >= 0)
                CHECK(value(l, p * k, data) == doctest::Approx(v).epsilon(1e-12));
            else
                CHECK(std::abs(value(l, p * k, data) - v) > 1e-3);
        };
        degree(unit_costs{} | one_sided{.leak = 0.1}, 0, 0);
        degree(unit_costs{} | squared_costs{}, 0, 0);
        degree(jointly_scaled{} | squared_costs{}, -1, 0);
        degree(squared_costs{}, -1, 2);
        degree(one_sided{.leak = 1, .power = 3}, -1, 3);
    });
}

TEST_CASE("B5: an error in one component costs Delta where it is harmful and larger than Delta, and else nothing") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto check = [](listed x, sense to, dense const& c) {
        const cost_instances data(c, x, to);
        for (index_t i = 0; i < c.rows(); ++i) {
            const numbers delta = forced(x, to, data.cost(i), data.decision(i));
            const auto regret_of = [&](std::size_t j, double error) {
                numbers p(data.cost(i).begin(), data.cost(i).end());
                p[j] += standing(data, i, index_t(j)) * error;
                return detail::sign_of(to) * (detail::dot(data.cost(i), best(x, to, p)) - data.optimum(i));
            };
            double worst = 0;
            for (std::size_t j = 0; j < delta.size(); ++j) {
                const double size = std::isfinite(delta[j]) ? delta[j] : 1e3;
                worst = std::fmax(worst, std::abs(regret_of(j, 0.999 * size)));
                worst = std::fmax(worst, std::abs(regret_of(j, -3 * size - 1)));
                if (std::isfinite(delta[j])) worst = std::fmax(worst, std::abs(regret_of(j, 1.001 * size + 1e-9) - delta[j]));
            }
            CHECK(worst < 1e-12);
        }
    };
    check(every_path(), sense::minimise, uniform(20, 40, 5, 0.2, 2));
    check(knapsack(), sense::maximise, uniform(50, 8, 6, 0.2, 2));
    listed forced_in = every_assignment();
    for (auto& x : forced_in.all) x.push_back(1);
    check(forced_in, sense::minimise, uniform(20, 10, 7));
}

TEST_CASE("B6: the best constant balances mean harm where chosen and where not; leak 1 has the mean; what is always chosen may be any number below") {
    INFO("ISOTYPIC_SEED=", seed());
    listed choices{{{1, 0, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 1}}};
    const index_t n = 60;
    const dense c = uniform(n, 4, 8);
    const cost_instances data(c, choices);
    const auto slope = [&](one_sided l, index_t j, double at) {
        dense p = c;
        p.col(j).setConstant(at);
        return gradient(l, p, data).col(j).sum();
    };
    const auto minimiser = [&](one_sided l, index_t j) {
        double low = -1, high = 2;
        for (int turn = 0; turn < 100; ++turn) (slope(l, j, (low + high) / 2) > 0 ? high : low) = (low + high) / 2;
        return (low + high) / 2;
    };
    for (index_t j = 0; j < 3; ++j) {
        const double best_constant = minimiser(one_sided{}, j), mean = c.col(j).mean();
        const auto imbalance = [&](double at) {
            double chosen = 0, rest = 0;
            for (index_t i = 0; i < n; ++i) {
                const bool taken = data.decision(i)[std::size_t(j)] > 0;
                (taken ? chosen : rest) += std::fmax(0, taken ? at - c(i, j) : c(i, j) - at);
            }
            return (chosen - rest) / double(n);
        };
        CHECK(std::abs(imbalance(best_constant)) < 1e-12);
        CHECK(std::abs(imbalance(mean)) > 1e-3);
        CHECK(std::abs(best_constant - mean) > 1e-3);
        CHECK(std::abs(minimiser(one_sided{.leak = 1}, j) - mean) < 1e-12);
    }
    const double least = c.col(3).minCoeff();
    CHECK(slope(one_sided{}, 3, least) == 0);
    CHECK(slope(one_sided{}, 3, least - 5) == 0);
    CHECK(slope(one_sided{}, 3, least + 0.1) > 1e-4);
    CHECK(slope(one_sided{.leak = 0.1}, 3, least - 5) < -1e-3);
}
