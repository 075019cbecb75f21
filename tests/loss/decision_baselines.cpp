// SPDX-License-Identifier: MIT
#include "loss/decision_baselines.hpp"
#include <isotypic/loss/decision/baselines/black_box_differentiation.hpp>
#include <isotypic/loss/decision/baselines/implicit_mle.hpp>
#include <isotypic/loss/decision/baselines/negative_identity.hpp>
#include <isotypic/loss/decision/baselines/perturbation_gradient.hpp>
#include <isotypic/loss/decision/baselines/perturbed_fenchel_young.hpp>
#include <isotypic/loss/decision/baselines/spo_plus.hpp>

using namespace isotypic;
using namespace decision_baselines;

namespace {

const listed two{{{1, 0}, {0, 1}}};
const listed three{{{1, 0, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 0}}};
constexpr sense both[] = {sense::minimise, sense::maximise};

dense pair(double a, double b) {
    dense both_of(1, 2);
    both_of << a, b;
    return both_of;
}

/// c'x(chat) - z*, negated to maximise.
double regret_of(listed const& all, sense to, dense const& p, dense const& c) {
    return detail::sign_of(to) * (c.cwiseProduct(chosen(all, to, p)).sum() - c.cwiseProduct(chosen(all, to, c)).sum());
}

}  // namespace

TEST_CASE("the grid's neighbours and normals are those of its polytope") {
    INFO("ISOTYPIC_SEED=", seed());
    const grid g;
    const listed paths = every_path();
    const dense c = gaussian(5, 40, 1);
    for (index_t i = 0; i < 5; ++i) {
        const numbers x = best(paths, sense::minimise, row(c, i));
        bool bind = true;
        for (numbers const& a : normals(g, x))
            for (numbers const& y : paths.all) bind = bind && detail::dot(a, y) <= detail::dot(a, x);
        CHECK(bind);
        const auto next = adjacent(g, x);
        CHECK(next.size() >= 4);
        CHECK(next.size() < 70);
        // x is best for q as soon as no neighbour is better
        for (std::uint64_t t = 0; t < 50; ++t) {
            dense q = c.row(i) + 0.7 * gaussian(1, 40, 100 + t);
            bool beaten = false;
            for (numbers const& y : next) beaten = beaten || detail::dot(row(q, 0), y) < detail::dot(row(q, 0), x);
            CHECK(beaten == (best(paths, sense::minimise, row(q, 0)) != x));
        }
    }
}

TEST_CASE("SPO+ of two decisions by hand, to minimise and to maximise") {
    listed problem{two};
    const dense one_two = pair(1, 2);
    const cost_instances low(one_two, problem), high(one_two, problem, sense::maximise);
    spo_plus minimise(problem), maximise(problem, sense::maximise);
    dense g = pair(0, 0);
    CHECK(step_of(minimise, pair(3, 1), low, g) == 5);
    CHECK(g == pair(2, -2));
    CHECK(step_of(maximise, pair(3, 1), high, g) == 5);
    CHECK(g == pair(2, -2));
    CHECK(value_of(minimise, pair(1, 2), low) == 0);
    CHECK(value_of(maximise, pair(1, 2), high) == 0);
    CHECK(value_of(minimise, pair(1.5, 1.6), low) > 0.5);
}

TEST_CASE("SPO+ is convex, no less than the regret, 0 at the true costs, and its gradient a subgradient") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto prove = [](auto& problem, listed const& all, sense to) {
        const index_t d = index_t(problem.size());
        const dense c = costs_of(6, d, 1);
        const cost_instances data(c, problem, to);
        spo_plus loss(problem, to);
        CHECK(std::abs(value_of(loss, c, data)) < 1e-12);
        double most = 0, violated = 0;
        for (std::uint64_t t = 0; t < 20; ++t) {
            const dense p = c + gaussian(6, d, 10 + t), q = c + gaussian(6, d, 50 + t), g = slopes_of(loss, p, data), middle = (p + q) / 2;
            const double at_p = value_of(loss, p, data), at_q = value_of(loss, q, data), step = (g.array() * (q - p).array()).sum();
            double regret = 0;
            for (index_t i = 0; i < 6; ++i) regret += regret_of(all, to, p.row(i), c.row(i)) / 6;
            CHECK(at_p >= regret - 1e-12);
            CHECK(value_of(loss, middle, data) <= (at_p + at_q) / 2 + 1e-12);
            CHECK(at_q >= at_p + step - 1e-12);
            violated = std::fmax(violated, at_p - step - at_q), most = std::fmax(most, at_p - regret);
        }
        CHECK(most > 1e-3);
        CHECK(violated > 1e-3);
        check_slope(loss, c + gaussian(6, d, 3), data);
    };
    for (sense to : both) {
        grid g;
        listed k = knapsack();
        prove(g, every_path(), to);
        prove(k, k, to);
    }
}

TEST_CASE("the perturbation gradient by hand, backward and central") {
    listed problem{two};
    const dense one_two = pair(1, 2);
    const cost_instances data(one_two);
    dense g = pair(0, 0);
    perturbation_gradient backward(problem, sense::minimise, {.sigma = 1}), central(problem, sense::minimise, {.sigma = 1, .central = true});
    CHECK(step_of(backward, pair(3, 3.5), data, g) == 1.5);  // optima 3 and 1.5
    CHECK(g == pair(1, -1));
    CHECK(step_of(central, pair(3, 3.5), data, g) == 1.25);  // 4 and 1.5
    CHECK(g == pair(0.5, -0.5));
    perturbation_gradient most(problem, sense::maximise, {.sigma = 1});
    CHECK(step_of(most, pair(3, 2.5), data, g) == -1);  // greatest 3, and 2 of (2, 0.5)
    CHECK(g == pair(0, 0));
    CHECK(step_of(most, pair(2, 2.5), data, g) == -1.5);  // 2.5, and 1 of (1, 0.5)
    CHECK(g == pair(1, -1));
}

TEST_CASE("the perturbation gradient tends to the true cost of the decision, and is the gradient of its value") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const dense c = costs_of(20, 40, 1), p = costs_of(20, 40, 2);
    for (sense to : both) {
        const cost_instances data(c, problem, to);
        double decided = 0;
        for (index_t i = 0; i < 20; ++i) decided += detail::sign_of(to) * c.row(i).cwiseProduct(chosen(every_path(), to, p.row(i))).sum() / 20;
        for (bool central : {false, true}) {
            perturbation_gradient near(problem, to, {.sigma = 1e-7, .central = central}), far(problem, to, {.sigma = 3, .central = central});
            CHECK(std::abs(value_of(near, p, data) - decided) < 1e-6);
            CHECK(std::abs(value_of(far, p, data) - decided) > 1e-3);
            check_slope(far, p, data);
        }
    }
}

TEST_CASE("a black box writes the slope of its interpolation, not of its value") {
    INFO("ISOTYPIC_SEED=", seed());
    listed small{two};
    const dense one_two = pair(1, 2);
    const cost_instances one(one_two);
    dense written = pair(0, 0);
    black_box_differentiation by_hand(small, sense::minimise, {.lambda = 2}), weak(small, sense::minimise, {.lambda = 0.5});
    CHECK(step_of(by_hand, pair(3, 2), one, written) == 2);
    CHECK(written == pair(0.5, -0.5));
    CHECK(step_of(weak, pair(3, 2), one, written) == 2);
    CHECK(written == pair(0, 0));
    CHECK(step_of(by_hand, pair(2, 3), one, written) == 1);
    CHECK(written == pair(0, 0));

    grid problem;
    const listed all = every_path();
    const dense c = costs_of(4, 40, 1), p = costs_of(4, 40, 2);
    const cost_instances data(c);
    for (sense to : both) {
        const double sign = detail::sign_of(to);
        black_box_differentiation loss(problem, to), close(problem, to, {.lambda = 1e-9});
        const dense g = slopes_of(loss, p, data);
        double value = 0;
        for (index_t i = 0; i < 4; ++i) {
            const dense x = chosen(all, to, p.row(i)), moved = chosen(all, to, p.row(i) + 10 * c.row(i));
            CHECK((g.row(i) - sign * (moved - x) / 40).norm() < 1e-15);
            value += sign * c.row(i).cwiseProduct(x).sum() / 4;
        }
        CHECK(std::abs(value_of(loss, p, data) - value) < 1e-12);
        CHECK(g.norm() > 1e-3);
        CHECK(value_of(loss, dense(p + 1e-9 * g), data) == value_of(loss, p, data));
        CHECK(slopes_of(close, p, data).norm() == 0);
    }
}

TEST_CASE("the negative identity writes the costs, negated, in either sense") {
    INFO("ISOTYPIC_SEED=", seed());
    listed problem = knapsack();
    const dense c = costs_of(4, 8, 1), p = costs_of(4, 8, 2);
    const cost_instances data(c);
    for (sense to : both) {
        negative_identity loss(problem, to);
        black_box_differentiation same(problem, to);
        CHECK((slopes_of(loss, p, data) + c / 4).norm() < 1e-15);
        CHECK(value_of(loss, p, data) == value_of(same, p, data));
    }
    CHECK(value_of(negative_identity(problem, sense::maximise), c, data) < -1e-3);
}

TEST_CASE("the perturbed Fenchel-Young loss is the mean over the draws that its keys say") {
    INFO("ISOTYPIC_SEED=", seed());
    listed problem{three};
    const dense c = costs_of(3, 4, 1), p = costs_of(3, 4, 2);
    for (sense to : both) {
        const cost_instances data(c, problem, to);
        perturbed_fenchel_young loss(problem, to, {.sigma = 2, .samples = 20, .seed = 11});
        loss.step = 4;
        dense expected = p;
        double value = 0;
        for (index_t i = 0; i < 3; ++i) {
            random_stream random(11, std::uint64_t(i), 4);
            const dense x = line(data.decision(i));
            dense mean = dense::Zero(1, 4);
            for (int k = 0; k < 20; ++k) {
                dense q = p.row(i);
                for (index_t j = 0; j < 4; ++j) q(0, j) += 2 * random.normal();
                mean += chosen(three, to, q) / 20;
                value += detail::sign_of(to) * (p.row(i).cwiseProduct(x).sum() - q.cwiseProduct(chosen(three, to, q)).sum()) / 60;
            }
            expected.row(i) = detail::sign_of(to) * (x - mean) / 3;
        }
        CHECK(std::abs(value_of(loss, p, data) - value) < 1e-12);
        CHECK((slopes_of(loss, p, data) - expected).norm() < 1e-14);
        CHECK(loss.step == 5);
        double other = 0;
        for (; loss.step < 10; ++loss.step) other = std::fmax(other, std::abs(value_of(loss, p, data) - value));
        CHECK(other > 1e-3);
        check_slope(loss, p, data);
    }
}

TEST_CASE("the perturbed Fenchel-Young loss of two decisions tends to the integral over normal noise") {
    INFO("ISOTYPIC_SEED=", seed());
    listed problem{two};
    const dense one_two = pair(1, 2);
    const cost_instances data(one_two, problem);
    const index_t samples = 40000;
    perturbed_fenchel_young loss(problem, sense::minimise, {.sigma = 0.5, .samples = samples, .seed = seed()});
    dense g = pair(0, 0);
    const double sd = 0.5 * std::sqrt(2), apart = 1.3 - 1.1, error = 5 / std::sqrt(double(samples));
    const double first_wins = std::erfc(apart / sd / std::sqrt(2)) / 2, density = std::exp(-apart * apart / (2 * sd * sd)) / std::sqrt(2 * std::acos(-1.0));
    const double value = step_of(loss, pair(1.3, 1.1), data, g);
    CHECK(std::abs(g(0, 0) - (1 - first_wins)) < 0.5 * error);
    CHECK(std::abs(value - (1.3 - (1.1 + apart * first_wins - sd * density))) < (sd + 0.5) * error);
    CHECK(std::abs(g(0, 0) - 1) > 1e-3);
    CHECK(std::abs(g(0, 0) + g(0, 1)) < 1e-15);

    // Differences lie between the slopes at their ends, which are close where there is noise, and 2 apart where there is none.
    perturbed_fenchel_young quiet(problem, sense::minimise, {.sigma = 1e-6});
    const dense middle = pair(1.1, 1.1), v = pair(1, -1);
    const auto slopes = [&](auto& smooth, double most, double h) {
        const auto at = [&](double t) {
            smooth.step = 0;
            return inner(slopes_of(smooth, middle + t * v, data), v);
        };
        const double low = at(-h), high = at(h), here = at(0);
        smooth.step = 0;
        const double between = (value_of(smooth, middle + h * v, data) - value_of(smooth, middle - h * v, data)) / (2 * h);
        CHECK(low <= between + 1e-9);
        CHECK(between <= high + 1e-9);
        CHECK(low <= here);
        CHECK(here <= high);
        CHECK(high - low <= most);
        return high - low;
    };
    CHECK(slopes(loss, 0.1, 0.01) > 1e-3);
    CHECK(slopes(quiet, 2, 0.01) == 2);
}

TEST_CASE("draws are of the instance and the step, not of the order of rows or calls") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const dense c = costs_of(4, 40, 1), p = costs_of(4, 40, 2);
    const cost_instances data(c, problem);
    const auto prove = [&](auto& loss, auto& twin) {
        const double before = value_of(loss, p, data), again = value_of(loss, p, data);
        CHECK(before == again);
        dense g(4, 40), turned(4, 40), h(4, 40);
        CHECK(step_of(loss, p, data, g) == before);
        const dense backwards = p.colwise().reverse();
        twin.gradient(backwards, data, std::vector<index_t>{3, 2, 1, 0}, turned);
        CHECK(turned.colwise().reverse() == g);
        loss.gradient(p, data, h);
        CHECK((h - g).norm() > 1e-3);
        loss.step = 0;
        loss.gradient(p, data, h);
        CHECK(h == g);
    };
    perturbed_fenchel_young a(problem), b(problem);
    implicit_mle x(problem), y(problem);
    prove(a, b);
    prove(x, y);
}

TEST_CASE("the sum of gammas has its mean and variance") {
    INFO("ISOTYPIC_SEED=", seed());
    const int n = 200000;
    for (int kappa : {1, 2, 5}) {
        const sum_of_gamma noise{.kappa = kappa};
        random_stream random(seed(), std::uint64_t(kappa));
        double mean = 0, square = 0, fourth = 0, harmonic = 0, second = 0;
        for (int i = 1; i <= 10; ++i) harmonic += 1.0 / i, second += 1.0 / (i * i);
        const double expected = (harmonic - std::log(10)) / kappa, variance = second / kappa;
        for (int i = 0; i < n; ++i) {
            const double x = noise(random), off = x - expected;
            mean += x / n, square += off * off / n, fourth += off * off * off * off / n;
        }
        CAPTURE(kappa);
        CHECK(std::abs(mean - expected) < 5 * std::sqrt(variance / n));
        CHECK(std::abs(square - variance) < 5 * std::sqrt((fourth - variance * variance) / n));
        CHECK(std::abs(square - variance / 2) > 1e-2);
    }
}

TEST_CASE("implicit MLE is a black box over its noise, on one side or on two") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const listed all = every_path();
    const dense c = costs_of(3, 40, 1), p = costs_of(3, 40, 2);
    const cost_instances data(c);
    for (sense to : both) {
        const double sign = detail::sign_of(to);
        for (bool two_sided : {false, true}) {
            implicit_mle loss(problem, to, {.samples = 4, .sigma = 0.5, .lambda = 3, .kappa = 2, .two_sided = two_sided, .seed = 9});
            dense expected = dense::Zero(3, 40);
            double value = 0;
            for (index_t i = 0; i < 3; ++i) {
                random_stream random(9, std::uint64_t(i), 0);
                const sum_of_gamma noise{.kappa = 2};
                for (int k = 0; k < 4; ++k) {
                    dense q = p.row(i);
                    for (index_t j = 0; j < 40; ++j) q(0, j) += 0.5 * noise(random);
                    const dense x = chosen(all, to, q), up = chosen(all, to, q + 3 * c.row(i)), down = chosen(all, to, q - 3 * c.row(i));
                    expected.row(i) += sign * (two_sided ? dense((up - down) / 6) : dense((up - x) / 3)) / 12;
                    value += sign * c.row(i).cwiseProduct(x).sum() / 12;
                }
            }
            CHECK(std::abs(value_of(loss, p, data) - value) < 1e-12);
            CHECK((slopes_of(loss, p, data) - expected).norm() < 1e-14);
            CHECK(expected.norm() > 1e-3);
        }
        implicit_mle quiet(problem, to, {.samples = 1, .sigma = 0});
        black_box_differentiation loss(problem, to);
        CHECK((slopes_of(quiet, p, data) - slopes_of(loss, p, data)).norm() < 1e-15);
    }
}

TEST_CASE("to maximise is to minimise the negative") {
    INFO("ISOTYPIC_SEED=", seed());
    listed problem = knapsack();
    const dense c = costs_of(4, 8, 1), p = costs_of(4, 8, 2) - dense::Constant(4, 8, 0.5);
    const dense turned = -c;
    const cost_instances gains(c, problem, sense::maximise), costs(turned, problem);
    CHECK(line(gains.decision(0)) == line(costs.decision(0)));
    const auto gap = [&](auto&& most, auto&& least) {
        dense g(4, 8), h(4, 8);
        const double a = step_of(most, p, gains, g), b = step_of(least, -p, costs, h);
        CHECK(std::abs(a - b) < 1e-12);
        return (g + h).norm();
    };
    CHECK(gap(spo_plus(problem, sense::maximise), spo_plus(problem)) < 1e-14);
    CHECK(gap(perturbation_gradient(problem, sense::maximise), perturbation_gradient(problem)) < 1e-14);
    CHECK(gap(negative_identity(problem, sense::maximise), negative_identity(problem)) < 1e-14);
    CHECK(gap(black_box_differentiation(problem, sense::maximise), black_box_differentiation(problem)) < 1e-14);
    for (bool two_sided : {false, true}) {
        const implicit_mle_settings quiet{.samples = 1, .sigma = 0, .two_sided = two_sided};
        CHECK(gap(implicit_mle(problem, sense::maximise, quiet), implicit_mle(problem, sense::minimise, quiet)) < 1e-14);
    }
    CHECK(gap(black_box_differentiation(problem, sense::maximise), black_box_differentiation(problem, sense::minimise, {.lambda = 0.1})) > 1e-3);
}

TEST_CASE("solves are counted") {
    watched problem{three};
    const dense c = costs_of(5, 4, 1), p = costs_of(5, 4, 2);
    const cost_instances data(c, problem);
    CHECK(problem.calls == 5);
    const auto count = [&](auto&& loss, index_t of_value, index_t of_gradient) {
        CAPTURE(std::string(loss.name));
        problem.calls = 0;
        value_of(loss, p, data);
        CHECK(loss.solves == of_value);
        dense g = p;
        loss.gradient(p, data, g);
        CHECK(loss.solves == of_value + of_gradient);
        CHECK(index_t(problem.calls) == loss.solves);
    };
    count(spo_plus(problem), 5, 5);
    count(perturbation_gradient(problem), 10, 10);
    count(perturbation_gradient(problem, sense::minimise, {.central = true}), 10, 10);
    count(black_box_differentiation(problem), 5, 10);
    count(negative_identity(problem), 5, 5);
    count(perturbed_fenchel_young(problem, sense::minimise, {.samples = 3}), 15, 15);
    count(implicit_mle(problem, sense::minimise, {.samples = 3}), 15, 30);
    count(implicit_mle(problem, sense::minimise, {.samples = 3, .two_sided = true}), 15, 45);
}

TEST_CASE("predictions and gradients are float or double, in any layout, and may be the same memory") {
    INFO("ISOTYPIC_SEED=", seed());
    grid problem;
    const dense c = costs_of(4, 40, 1), p = costs_of(4, 40, 2).cast<float>().cast<double>();
    const cost_instances data(c, problem);
    spo_plus loss(problem);
    const dense g = slopes_of(loss, p, data);
    const double v = value_of(loss, p, data);
    Eigen::MatrixXd columns = p, out = Eigen::MatrixXd::Zero(4, 40);
    CHECK(loss.gradient(columns, data, out) == v);
    CHECK(dense(out) == g);
    Eigen::MatrixXf floats = p.cast<float>();
    CHECK(loss.gradient(floats, data, floats) == v);
    CHECK((floats.cast<double>() - g).norm() < 1e-6);
    const std::vector<index_t> some{2, 2};
    dense rows(2, 40), twice(2, 40);
    rows << p.row(2), p.row(2);
    const dense alone = p.row(2);
    CHECK(loss.gradient(rows, data, some, twice) == doctest::Approx(loss.value(alone, data, std::vector<index_t>{2})).epsilon(1e-14));
    CHECK((twice.row(0) - 2 * g.row(2)).norm() < 1e-14);
    CHECK(twice.row(0) == twice.row(1));
}

TEST_CASE("a call that fails names loss and instance, writes nothing and makes no step") {
    INFO("ISOTYPIC_SEED=", seed());
    watched problem{three};
    const dense c = costs_of(5, 4, 1), p = costs_of(5, 4, 2);
    const cost_instances data(c, problem), bare(c);
    const auto fails = [&](auto&& loss, std::size_t at, char const* message) {
        dense g = dense::Constant(5, 4, 7);
        problem.calls = 0, problem.fails_at = at;
        const std::vector<index_t> rows{4, 3, 2, 1, 0};
        CHECK_THROWS_WITH_AS(loss.gradient(p, data, rows, g), message, error);
        CHECK(g == dense::Constant(5, 4, 7));
        CHECK(loss.step == 0);
        CHECK_NOTHROW(loss.gradient(p, data, rows, g));
        CHECK(g != dense::Constant(5, 4, 7));
        CHECK(loss.step == 1);
    };
    fails(spo_plus(problem), 2, "isotypic: SPO+: instance 3: out of time");
    fails(perturbation_gradient(problem), 10, "isotypic: perturbation gradient: instance 0: out of time");
    fails(black_box_differentiation(problem), 4, "isotypic: black box: instance 3: out of time");
    fails(negative_identity(problem), 5, "isotypic: negative identity: instance 0: out of time");
    fails(perturbed_fenchel_young(problem), 11, "isotypic: perturbed Fenchel-Young loss: instance 3: out of time");
    fails(implicit_mle(problem), 21, "isotypic: implicit MLE: instance 3: out of time");

    spo_plus loss(problem);
    dense g = p;
    CHECK_THROWS_AS(value_of(loss, p, bare), error);
    CHECK_NOTHROW(value_of(black_box_differentiation(problem), p, bare));
    CHECK_THROWS_WITH(value_of(spo_plus(problem, sense::maximise), p, data), "isotypic: SPO+: the instances minimise, the loss maximises");
    CHECK_THROWS_AS(loss.value(p, data, std::vector<index_t>{0, 1}), error);
    CHECK_THROWS_AS(loss.value(p, data, std::vector<index_t>{0, 1, 2, 3, 5}), error);
    dense narrow(5, 3);
    CHECK_THROWS_AS(loss.gradient(p, data, narrow), error);
    g(2, 1) = std::nan("");
    CHECK_THROWS_AS(value_of(loss, g, data), error);
    listed other{two};
    CHECK_THROWS_WITH(value_of(spo_plus(other), p, data), "isotypic: SPO+: a solver of 2 costs for instances of 4");
    CHECK_THROWS_AS(black_box_differentiation(problem, sense::minimise, {.lambda = 0}), error);
    CHECK_THROWS_AS(perturbation_gradient(problem, sense::minimise, {.sigma = -1}), error);
    CHECK_THROWS_AS(perturbed_fenchel_young(problem, sense::minimise, {.samples = 0}), error);
    CHECK_THROWS_AS(implicit_mle(problem, sense::minimise, {.kappa = 0}), error);
}
