// SPDX-License-Identifier: MIT
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/loss/regression.hpp>
#include "loss/pair_laws.hpp"

using namespace isotypic;
using namespace pair_laws;

namespace {
/// |2^p - y|, a loss of one's own.
struct powers {
    static constexpr char const* name = "power";
    loss_curve at(double p, double y) const {
        const double s = std::log(2), e = std::exp2(p), side = e > y ? 1 : -1;
        return {std::abs(e - y), side * s * e, side * s * s * e};
    }
};
static_assert(element_loss<squared> && element_loss<huber> && element_loss<absolute> && element_loss<logistic> && element_loss<powers>);
static_assert(!element_loss<cross_entropy> && !class_loss<huber>);

template <class F>
void for_each_loss(F const& f) {
    f(squared{}), f(huber{.delta = 0.7}), f(absolute{}), f(logistic{}), f(powers{});
}
}  // namespace

TEST_CASE("a loss of elements is the formula, and its derivatives are those of its value") {
    for_each_loss([](auto const& l) {
        const dense p = gaussian(6, 4, 1), y = targets(l, 6, 4, 2), g = gradient(l, p, y), v = gaussian(6, 4, 3), h = hvp(l, p, y, v);
        check_derivatives(l, p, y);
        double sum = 0;
        for (index_t i = 0; i < 6; ++i)
            for (index_t j = 0; j < 4; ++j) {
                const loss_curve f = l.at(p(i, j), y(i, j));
                sum += f.value;
                CHECK(g(i, j) == f.slope);
                CHECK(h(i, j) == f.curvature * v(i, j));
            }
        CHECK(value(l, p, y) == doctest::Approx(sum).epsilon(1e-14));
    });
    CHECK(squared{}.at(3, 1).value == 2);
    CHECK(absolute{}.at(-3, 1).value == 4);
    CHECK(huber{.delta = 2}.at(1, 2).value == 0.5);
    CHECK(huber{.delta = 2}.at(1, 6).value == 8);
    CHECK(huber{.delta = 2}.at(1, 6).slope == -2);
    CHECK(logistic{}.at(0, 1).value == doctest::Approx(std::log(2)).epsilon(1e-15));
    CHECK(logistic{}.at(0.3, -1).value == doctest::Approx(std::log(1 + std::exp(0.3))).epsilon(1e-15));
}

TEST_CASE("the mean is over rows, each the sum of its elements") {
    const dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2);
    dense g = p, h = p;
    criterion loss(squared{});
    CHECK(loss.gradient(p, y, g) == doctest::Approx((p - y).squaredNorm() / 12).epsilon(1e-14));
    CHECK((g - (p - y) / 6).norm() < 1e-15);
    loss.hvp(p, y, y, h);
    CHECK((h - y / 6).norm() < 1e-15);
    Eigen::VectorXd each(6);
    loss.values(p, y, each);
    CHECK((each - (p - y).rowwise().squaredNorm() / 2).norm() < 1e-14);
    const Eigen::VectorXd one = p.col(0), other = y.col(0);
    CHECK(loss.value(one, other) == doctest::Approx((one - other).squaredNorm() / 12).epsilon(1e-14));
}

TEST_CASE("huber lies between squared and absolute and is smooth where they meet") {
    for (double r : {-5., -2., -1.9, 0., 0.3, 2., 7.}) {
        CHECK(huber{.delta = 2}.at(r, 0).value <= squared{}.at(r, 0).value);
        CHECK(huber{.delta = 2}.at(r, 0).value <= 2 * absolute{}.at(r, 0).value);
        CHECK(huber{.delta = 1e9}.at(r, 0).value == squared{}.at(r, 0).value);
        CHECK(std::abs(huber{.delta = 1e-9}.at(r, 0).value * 1e9 - absolute{}.at(r, 0).value) < 1e-8);
    }
    const double above = std::nextafter(2., 3.);
    CHECK(std::abs(huber{.delta = 2}.at(above, 0).value - huber{.delta = 2}.at(2, 0).value) < 1e-14);
    CHECK(huber{.delta = 2}.at(above, 0).slope == huber{.delta = 2}.at(2, 0).slope);
}

TEST_CASE("beta is attained and never exceeded") {
    const auto most = [](auto const& l) {
        double found = 0;
        random_stream random(seed(), 5);
        for (int i = 0; i < 1000; ++i) found = std::fmax(found, l.at(3 * random.normal(), random.uniform() > 0.5 ? 1 : -1).curvature);
        return found;
    };
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(most(squared{}) == squared::beta());
    CHECK(most(huber{}) == huber::beta());
    CHECK(huber{}.at(3, 1).curvature == 0);
    CHECK(logistic{}.at(0, 1).curvature == logistic::beta());
    CHECK(logistic{}.at(0, -1).curvature == 0.25);
    CHECK(most(logistic{}) < logistic::beta());
    CHECK(most(logistic{}) > 0.24);
}

TEST_CASE("logistic is cross-entropy of the two scores p and 0") {
    const dense p = gaussian(9, 1, 1), y = targets(logistic{}, 9, 1, 2);
    dense scores = dense::Zero(9, 2), ds = scores;
    scores.col(1) = p;
    std::vector<int> labels;
    for (index_t i = 0; i < 9; ++i) labels.push_back(y(i, 0) > 0);
    criterion two(cross_entropy{}, summed);
    CHECK(value(logistic{}, p, y) == doctest::Approx(two.gradient(scores, labels, ds)).epsilon(1e-14));
    CHECK((gradient(logistic{}, p, y) - ds.col(1)).norm() < 1e-14);
}

TEST_CASE("extremes are exact") {
    for (double y : {-1., 1.}) {
        CHECK(logistic{}.at(1e4 * y, y).value == 0);
        CHECK(logistic{}.at(-1e4 * y, y).value == 1e4);
        CHECK(logistic{}.at(-1e4 * y, y).slope == -y);
        CHECK(logistic{}.at(1e4 * y, y).slope == 0);
        CHECK(logistic{}.at(1e4 * y, y).curvature == 0);
        CHECK(logistic{}.at(40 * y, y).value == doctest::Approx(std::exp(-40)).epsilon(1e-14));
        CHECK(logistic{}.at(-1e300 * y, y).value == 1e300);
    }
    dense p = dense::Zero(2, 3), y = p;
    CHECK(value(absolute{}, p, y) == 0);
    CHECK(gradient(absolute{}, p, y).isZero(0));
    CHECK(gradient(squared{}, p, y).isZero(0));
    p(1, 2) = 1e30;
    CHECK(value(absolute{}, p, y) == 1e30);
    CHECK(value(squared{}, p, y) == 1e30 * 1e30 / 2);
    CHECK(value(huber{.delta = 2}, p, y) == 2e30);
    CHECK(gradient(huber{.delta = 2}, p, y)(1, 2) == 2);
    Eigen::MatrixXf q = Eigen::MatrixXf::Constant(2, 2, 3e38f), z = -q, g = q;
    CHECK(criterion(absolute{}, summed).gradient(q, z, g) == doctest::Approx(8 * 3e38).epsilon(1e-6));  // the residual is no float
    CHECK(g == Eigen::MatrixXf::Ones(2, 2));
}

TEST_CASE("elements may be permuted as one likes, and turned for squared alone") {
    INFO("ISOTYPIC_SEED=", seed());
    const dense p = gaussian(6, 4, 1), y = gaussian(6, 4, 2);
    random_stream random(seed(), 9);
    dense turn(6, 6);
    orthogonal::sample(as_view(turn), random);
    const auto change = [&](auto const& l) { return std::abs(value(l, turn * p, turn * y) - value(l, p, y)); };
    CHECK(change(squared{}) < 1e-12);
    CHECK(change(absolute{}) > 1e-3);
    CHECK(change(huber{}) > 1e-3);
    dense mixed = p.reshaped().reverse().reshaped(4, 6), beside = y.reshaped().reverse().reshaped(4, 6);
    for_each_loss([&](auto const& l) {
        if constexpr (!std::is_same_v<decltype(l), logistic const&>) CHECK(value(l, mixed, beside) == doctest::Approx(value(l, p, y)).epsilon(1e-14));
    });
}

TEST_CASE("a mask leaves elements out, whatever they hold") {
    for_each_loss([](auto const& l) {
        dense p = gaussian(5, 4, 1), y = targets(l, 5, 4, 2), v = gaussian(5, 4, 3);
        const dense left = p.rightCols(3), right = y.rightCols(3), along = v.rightCols(3);
        bool column[4] = {true, false, false, false};
        const sample_options without{.mask = view<bool const>(column, 1, 4)};
        p(2, 0) = y(3, 0) = v(1, 0) = not_a_number;
        CHECK(value(l, p, y, without) == value(l, left, right));
        const dense g = gradient(l, p, y, without), h = hvp(l, p, y, v, without);
        CHECK(g.rightCols(3) == gradient(l, left, right));
        CHECK(h.rightCols(3) == hvp(l, left, right, along));
        CHECK(g.col(0).isZero(0));
        CHECK(h.col(0).isZero(0));
        CHECK_THROWS(value(l, p, y));
        bool each[20] = {};
        for (index_t i = 0; i < 5; ++i) each[4 * i] = true;
        CHECK(value(l, p, y, {.mask = view<bool const>(each, 5, 4)}) == value(l, left, right));
        each[4] = false;
        CHECK_NOTHROW(value(l, p, y, {.mask = view<bool const>(each, 5, 4)}));
        each[8] = false;
        CHECK_THROWS(value(l, p, y, {.mask = view<bool const>(each, 5, 4)}));
    });
}

TEST_CASE("weights, layouts, axes, threads, memory, errors") {
    for_each_loss([](auto const& l) {
        const std::string name = l.name;
        CAPTURE(name);
        check_weights(l, 12);
        check_layouts(l, 1e-14);
        check_axes(l, 12);
        check_threads(l, 700, 301, 1);
        check_threads(l, 30, 40, 200);
        check_allocations(l, 40);
        check_errors(l);
    });
}

TEST_CASE("errors name the loss and the place") {
    dense p = gaussian(4, 3, 1), y = targets(logistic{}, 4, 3, 2), g = p;
    y(2, 1) = 0.5;
    CHECK_THROWS_WITH(criterion(logistic{}).gradient(p, y, g), "isotypic: logistic loss: the target is 0.500000, not -1 or 1, at element 1 of sample 2 of 4");
    CHECK(g == p);
    p(3, 2) = not_a_number;
    CHECK_THROWS_WITH(criterion(squared{}, {.name = "final loss"}).value(p, y),
                      "isotypic: final loss: the prediction is not finite at element 2 of sample 3 of 4");
    p(3, 2) = 0, y(0, 0) = -std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(criterion(huber{}).value(p, y), "isotypic: Huber loss: the target is not finite at element 0 of sample 0 of 4");
    CHECK_THROWS_WITH(criterion(huber{.delta = 0}), "isotypic: Huber loss: delta = 0.000000, which must be above 0");
    dense none(0, 3);
    CHECK_THROWS_WITH(criterion(squared{}).value(none, none), "isotypic: squared error: the mean over no samples: take the sum");
    CHECK(criterion(squared{}, summed).value(none, none) == 0);
}

TEST_CASE("numbers in an array of one axis are a sample each, whoever owns it") {
    const Eigen::VectorXd p = Eigen::VectorXd::LinSpaced(5, 1, 5), y = Eigen::VectorXd::Zero(5);
    const xt::xtensor<double, 1> q{1, 2, 3, 4, 5}, z{0, 0, 0, 0, 0};
    criterion loss(squared{});
    CHECK(loss.value(p, y) == doctest::Approx(5.5));
    CHECK(loss.value(q, z) == loss.value(p, y));
}
