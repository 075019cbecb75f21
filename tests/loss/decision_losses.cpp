// SPDX-License-Identifier: MIT
#include "loss/decision_problems.hpp"

using namespace isotypic;
using namespace decision_problems;

namespace {

/// One that has a slope where there is no error.
struct exponential {
    static constexpr char const* name = "exponential";
    static constexpr bool of_decisions = false;
    loss_curve at(double, double e) const { return {std::exp(e), std::exp(e), std::exp(e)}; }
    double pull(decision_row const& row, std::span<double const> x, std::span<double> g, workspace&) const { return detail::sum_costs(*this, row, x, g); }
};

/// Values of a sum over components, of costs mapped before.
double by_hand(one_sided l, numbers const& w, cost_instances const& data, index_t i, dense const& p, dense const& c) {
    double sum = 0;
    for (index_t j = 0; j < p.cols(); ++j) {
        const double x = data.decision(i)[std::size_t(j)], low = data.bounds().lower.empty() ? 0 : data.bounds().lower[std::size_t(j)],
                     high = data.bounds().upper.empty() ? 1 : data.bounds().upper[std::size_t(j)];
        const double s = (x == high ? 1 : x == low ? -1 : 0) * (data.direction() == sense::minimise ? 1 : -1), e = p(i, j) - c(i, j);
        const double term = s == 0 ? std::pow(std::abs(e), l.power) : s * e > 0 ? std::pow(s * e, l.power) : l.leak * std::pow(-s * e, l.power);
        sum += w[std::size_t(j)] * term;
    }
    return sum;
}
dense unit_rows(dense const& x) { return std::sqrt(double(x.cols())) * x.rowwise().normalized(); }

/// Along a random direction, away from kinks: where the slope jumps, another is drawn.
template <class L>
void check_gradient(L const& l, dense const& p, cost_instances const& data) {
    const std::string name = detail::name_of(l);
    CAPTURE(name);
    const double h = 1e-6;
    const dense g = gradient(l, p, data);
    CHECK(g.allFinite());
    for (std::uint64_t draw = 0; draw < 10; ++draw) {
        const dense v = uniform(p.rows(), p.cols(), 50 + draw, -1, 1);
        if ((gradient(l, p + h * v, data) - gradient(l, p - h * v, data)).cwiseAbs().maxCoeff() > 1e-3) continue;
        const double slope = (value(l, p + h * v, data) - value(l, p - h * v, data)) / (2 * h);
        CHECK(std::abs(slope - g.cwiseProduct(v).sum()) < 2e-6);
        double elsewhere = 0;
        for (std::uint64_t k = 70; k < 75; ++k) elsewhere = std::fmax(elsewhere, std::abs(slope - g.cwiseProduct(uniform(p.rows(), p.cols(), k, -1, 1)).sum()));
        CHECK(elsewhere > 1e-3);
        return;
    }
    FAIL("every draw met a kink");
}

/// f(loss, is its gradient orthogonal to the prediction?) for every combination with a map, and a raw one.
template <class F>
void for_each_loss(cost_gauge const& gauge, F const& f) {
    const auto mapped = [&](auto const& l) {
        f(l, false), f(unit_costs{} | l, true), f(gauge_fixed{gauge} | l, false), f(gauge_fixed{gauge} | unit_costs{} | l, true);
        f(jointly_scaled{} | l, false), f(gauge_fixed{gauge} | jointly_scaled{} | l, false);
    };
    const auto weighted = [&](auto const& l) { mapped(l), mapped(l * local_costs{}); };
    weighted(squared_costs{});
    for (double power : {1.0, 2.0, 3.0})
        for (double leak : {0.0, 0.1, 1.0}) weighted(one_sided{.leak = leak, .power = power});
}

}  // namespace

TEST_CASE("the value of the family is its formula, for 0 or 1, whole numbers and variables between bounds, to minimise and to maximise") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto check = [](cost_instances data, dense const& c) {
        const dense p = c + uniform(c.rows(), c.cols(), 1, -1, 1), u = unit_rows(p), v = unit_rows(c);
        const dense delta = uniform(c.rows(), c.cols(), 2);
        index_t i = 0;
        data.sensitivities([&](auto, auto, std::span<double> to) { std::copy_n(delta.data() + i++ * c.cols(), c.cols(), to.begin()); });
        const numbers one(std::size_t(c.cols()), 1.0);
        for (double power : {1.0, 1.5, 2.0, 3.0})
            for (double leak : {0.0, 0.1, 1.0}) {
                const one_sided l{.leak = leak, .power = power};
                double raw = 0, unit = 0, local = 0;
                for (index_t k = 0; k < c.rows(); ++k) {
                    numbers w;
                    for (index_t j = 0; j < c.cols(); ++j) w.push_back(std::exp(-delta(k, j) / (0.5 * delta.row(k).mean())));
                    raw += by_hand(l, one, data, k, p, c) / double(c.rows()), unit += by_hand(l, one, data, k, u, v) / double(c.rows());
                    local += by_hand(l, w, data, k, u, v) / double(c.rows());
                }
                CHECK(value(l, p, data) == doctest::Approx(raw).epsilon(1e-12));
                CHECK(value(unit_costs{} | l, p, data) == doctest::Approx(unit).epsilon(1e-12));
                CHECK(value(unit_costs{} | l * local_costs{.width = 0.5}, p, data) == doctest::Approx(local).epsilon(1e-12));
                CHECK(std::abs(raw - unit) > 1e-3);
                CHECK(std::abs(local - unit) > 1e-3);
            }
    };
    for_each_problem([&](listed const& x, sense to, dense const& c, variable_bounds const& bounds) { check(cost_instances(c, x, to, bounds), c); }, 10);
    const dense c = uniform(10, 6, 3, 0.2, 2), x = (3 * uniform(10, 6, 4)).array().floor() - 1;  // -1, 0, 1
    for (sense to : {sense::minimise, sense::maximise}) check(cost_instances(c, x, to, {numbers(6, -1), numbers(6, 1)}), c);
}

TEST_CASE("leak 1 and weight 1 are the squared error, and behind unit_costs 2 d (1 - cos)") {
    INFO("ISOTYPIC_SEED=", seed());
    for_each_problem([](listed const& x, sense to, dense const& c, variable_bounds const& bounds) {
        const cost_instances data(c, x, to, bounds);
        const dense p = c + uniform(c.rows(), c.cols(), 1, -1, 1);
        const double d = double(c.cols()), n = double(c.rows()), squares = (p - c).squaredNorm() / n;
        double cosine = 0;
        for (index_t i = 0; i < c.rows(); ++i) cosine += 2 * d * (1 - p.row(i).dot(c.row(i)) / (p.row(i).norm() * c.row(i).norm())) / n;
        const one_sided both{.leak = 1};
        CHECK(value(squared_costs{}, p, data) == doctest::Approx(squares).epsilon(1e-13));
        CHECK(value(both, p, data) == doctest::Approx(squares).epsilon(1e-13));
        CHECK((gradient(both, p, data) - 2 * (p - c) / n).norm() < 1e-13);
        CHECK(value(unit_costs{} | squared_costs{}, p, data) == doctest::Approx(cosine).epsilon(1e-12));
        CHECK(value(unit_costs{} | both, p, data) == doctest::Approx(cosine).epsilon(1e-12));
        CHECK((gradient(unit_costs{} | both, p, data) - gradient(unit_costs{} | squared_costs{}, p, data)).norm() < 1e-13);
        CHECK(std::abs(value(one_sided{.leak = 0.5}, p, data) - squares) > 1e-3);
    });
    const dense c = uniform(4, 3, 1);
    const cost_instances unsolved(c);
    CHECK(unsolved.solves == 0);
    CHECK(value(unit_costs{} | squared_costs{}, 2 * c, unsolved) < 1e-14);
    CHECK(value(squared_costs{}, 2 * c, unsolved) > 1e-3);
}

TEST_CASE("gradients are those of the value, in every combination; with unit_costs orthogonal to the prediction") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto check = [](cost_instances data, dense const& c, dense const& a, auto const& sensitivities) {
        data.sensitivities(sensitivities);
        const dense p = c + uniform(c.rows(), c.cols(), 1, -1, 1);
        for_each_loss(cost_gauge::equalities(a), [&](auto const& l, bool orthogonal) {
            check_gradient(l, p, data);
            const dense g = gradient(l, p, data);
            double along = 0;
            for (index_t i = 0; i < p.rows(); ++i) along = std::fmax(along, std::abs(g.row(i).dot(p.row(i))));
            CHECK((orthogonal ? along < 1e-12 : along > 1e-3));
        });
    };
    for_each_problem(
        [&](listed const& x, sense to, dense const& c, variable_bounds const& bounds) {
            const dense a = c.cols() == 40 ? grid{}.balances() : uniform(2, c.cols(), 5, -1, 1);
            check(cost_instances(c, x, to, bounds), c, a, [&](std::span<double const> cost, std::span<double const> best, std::span<double> delta) {
                const numbers found = forced(x, to, cost, best);
                std::copy(found.begin(), found.end(), delta.begin());
            });
        },
        6);
    const dense c = uniform(6, 6, 3, 0.2, 2), x = (3 * uniform(6, 6, 4)).array().floor() - 1, a = uniform(2, 6, 5, -1, 1);
    const auto any = [](std::span<double const> cost, auto, std::span<double> delta) { std::copy(cost.begin(), cost.end(), delta.begin()); };
    for (sense to : {sense::minimise, sense::maximise}) check(cost_instances(c, x, to, {numbers(6, -1), numbers(6, 1)}), c, a, any);
}

TEST_CASE("a subgradient of power 1: the side's sign on what is harmful, and 0 at no error") {
    const dense c = dense::Constant(1, 4, 1), x{{1, 1, 0, 0}}, p{{2, 0.5, 2, 1}};
    const cost_instances data(c, x), gains(c, x, sense::maximise);
    CHECK(gradient(one_sided{.power = 1}, p, data) == dense{{1, 0, 0, 0}});
    CHECK(gradient(one_sided{.leak = 0.25, .power = 1}, p, data) == dense{{1, -0.25, 0.25, 0}});
    CHECK(gradient(one_sided{.power = 1}, p, gains) == dense{{0, -1, 1, 0}});
    const cost_instances basic(c, dense{{0.5, 0.25, 0, 1}}, sense::minimise, {numbers(4, 0), numbers(4, 1)});
    CHECK(gradient(one_sided{.power = 1}, p, basic) == dense{{1, -1, 0, 0}});
}

TEST_CASE("local costs: 1 at a tie, 0 where nothing can flip, the same for a scale of Delta, and the mean is over the finite ones") {
    const dense c = dense::Zero(1, 4), x{{1, 0, 0, 1}}, p{{1, -1, -1, 1}};
    const auto with = [&](numbers const& delta) {
        cost_instances data(c, x);
        data.sensitivities([&](auto, auto, std::span<double> to) { std::copy(delta.begin(), delta.end(), to.begin()); });
        return gradient(one_sided{} * local_costs{}, p, data);
    };
    const dense g = with({0, 1, 2, infinite}), scaled = with({0, 8, 16, infinite});
    CHECK((g - dense{{2, -2 * std::exp(-1.0), -2 * std::exp(-2.0), 0}}).norm() < 1e-15);
    CHECK(g == scaled);
    CHECK(with({0, 0, 0, 0}) == dense{{2, -2, -2, 2}});
    CHECK(with({infinite, infinite, infinite, infinite}).isZero(0));
    CHECK(with({infinite, 0, infinite, infinite}) == dense{{0, -2, 0, 0}});
    CHECK((with({1, 1, 2, 2}) - with({1, 1, 1, 1})).norm() > 1e-3);
}

TEST_CASE("known costs are not looked at and have no gradient; the rest is as with the truth in their place") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = every_path();
    const dense c = uniform(20, 40, 1, 0.2, 2), p = c + uniform(20, 40, 2, -1, 1);
    const cost_instances data(c, x);
    const std::vector<index_t> known{0, 5, 39};
    const cost_gauge gauge = cost_gauge::equalities(grid{}.balances(), known);
    dense exact = p, elsewhere = p;
    for (index_t k : known) exact.col(k) = c.col(k), elsewhere.col(k).setConstant(1e6);
    const auto check = [&](auto const& l) {
        const auto l_known = with_known(l, known);
        CHECK(value(l_known, p, data) == value(l, exact, data));
        CHECK(value(l_known, elsewhere, data) == value(l_known, p, data));
        CHECK(std::abs(value(l, p, data) - value(l, exact, data)) > 1e-3);
        dense expected = gradient(l, exact, data);
        for (index_t k : known) expected.col(k).setZero();
        CHECK(gradient(l_known, p, data) == expected);
        check_gradient(l_known, p, data);
    };
    check(squared_costs{}), check(one_sided{.leak = 0.1}), check(jointly_scaled{} | one_sided{}), check(gauge_fixed{gauge} | one_sided{}),
        check(gauge_fixed{gauge} | jointly_scaled{} | squared_costs{}), check(exponential{});

    // With known costs a scale of the predictions alone is another decision, one of all is none.
    dense scaled = 3 * exact;
    CHECK(regret(scaled, data, x).normalised == doctest::Approx(regret(exact, data, x).normalised).epsilon(1e-12));
    for (index_t k : known) scaled.col(k) = c.col(k);
    CHECK(std::abs(regret(scaled, data, x).normalised - regret(exact, data, x).normalised) > 1e-4);
}

TEST_CASE("a prediction of zeros, of a gauge alone, or of any scale: values and gradients are finite, and 0 where there is no direction") {
    INFO("ISOTYPIC_SEED=", seed());
    const listed x = every_path();
    const dense c = uniform(3, 40, 1, 0.2, 2), zero = 0 * c, p = uniform(3, 40, 2, 0.2, 2);
    const cost_instances data(c, x), free(zero, x);
    const cost_gauge gauge = cost_gauge::equalities(grid{}.balances());
    const dense potentials = uniform(3, 25, 3, -1, 1) * grid{}.balances();
    CHECK(value(unit_costs{} | squared_costs{}, zero, data) == doctest::Approx(40).epsilon(1e-13));
    CHECK(value(gauge_fixed{gauge} | unit_costs{} | squared_costs{}, potentials, data) == doctest::Approx(40).epsilon(1e-13));
    const auto still = [&](auto const& l, dense const& at) {
        CHECK(std::isfinite(value(l, at, data)));
        CHECK(gradient(l, at, data).isZero(0));
    };
    still(unit_costs{} | squared_costs{}, zero), still(unit_costs{} | one_sided{.leak = 0.1}, zero), still(unit_costs{} | one_sided{.power = 1}, zero);
    still(gauge_fixed{gauge} | unit_costs{} | one_sided{.leak = 0.1}, potentials), still(gauge_fixed{gauge} | unit_costs{} | one_sided{}, zero);
    CHECK(gradient(unit_costs{} | one_sided{.leak = 0.1}, potentials, data).norm() > 1e-3);
    CHECK(gradient(jointly_scaled{} | squared_costs{}, p, free).isZero(0));
    CHECK(value(unit_costs{} | squared_costs{}, p, free) == doctest::Approx(40).epsilon(1e-13));
    for (double s : {1e-300, 1e-100, 1e100, 1e300}) {
        const auto l = unit_costs{} | one_sided{.leak = 0.1};
        CHECK(value(l, s * p, data) == doctest::Approx(value(l, p, data)).epsilon(1e-12));
        CHECK((s * gradient(l, s * p, data) - gradient(l, p, data)).norm() < 1e-12);
    }
}
