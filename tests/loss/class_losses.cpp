// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"

using namespace class_losses;

namespace {

const scores vector = (scores(1, 4) << 1, -0.5, 2, 0.3).finished();
const labels first{0};

template <class L>
void check_value(L const& loss, double expected) {
    CHECK(std::abs(value_of(loss, vector, first) - expected) < 1e-14);
}
template <class L>
void check_gradient(L const& loss, scores const& expected) {
    CHECK((gradient_of(loss, vector, first) - expected).norm() < 1e-11);
}

}  // namespace

TEST_CASE("the losses of (1, -0.5, 2, 0.3) with the first label are the numbers computed elsewhere") {
    check_value(cross_entropy{}, 1.4902032144153272);
    check_value(unhinged{}, -0.3);
    check_value(mae{}, 0.7746731387797969);
    check_value(symmetrise(gce{.q = 0.5}), -0.04135087318914299);
    check_value(symmetrise(gce{.q = 0.1}), -0.2191082658832766);
    check_value(symmetrise(gce{.q = 0.7}), -0.0029802349068126);
    check_value(tempered_mae{.alpha = 0.5}, -0.02276977151756976);
    check_value(tempered_mae{.alpha = 0.1}, -0.06523869226580659);
    const scores p = (scores(1, 4) << .22532686122, .05027721863, .612501912319, .111894007831).finished(), e = one_hot(first, 4);
    check_gradient(cross_entropy{}, p - e);
    check_gradient(unhinged{}, scores::Constant(1, 4, 0.25) - e);
    check_gradient(mae{}, p(0, 0) * (p - e));
    check_gradient(symmetrise(gce{.q = 0.5}), (scores(1, 4) << -.351355818241, .057095958599, .208319997917, .085939861724).finished());
    check_gradient(tempered_mae{.alpha = 0.5}, (scores(1, 4) << -.193062827256, .032273055251, .112644031112, .048145740892).finished());
}

TEST_CASE("the losses are their formulas in the label's probability") {
    const scores s = random_scores(3);
    const labels y = random_labels(3);
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t i = 0; i < samples; ++i) {
        const scores row = s.row(i);
        const labels label{y[std::size_t(i)]};
        const Eigen::ArrayXd p = row.row(0).transpose().array().exp() / row.array().exp().sum(), ce = -p.log();
        const double u = p(label[0]);
        auto is = [&](auto const& loss, double expected) {
            const std::string name = detail::name_of(loss);
            CAPTURE(name);
            CHECK(value_of(loss, row, label) == doctest::Approx(expected).epsilon(1e-12));
        };
        is(gce{.q = 0.7}, (1 - std::pow(u, 0.7)) / 0.7);
        is(focal{.gamma = 2}, -std::pow(1 - u, 2) * std::log(u));
        is(reverse_cross_entropy{}, -std::log(1e-4) * (1 - u));
        is(reverse_cross_entropy{.log_zero = -4}, 4 * (1 - u));
        is(sce(6, 0.1), -6 * std::log(u) - 0.1 * std::log(1e-4) * (1 - u));
        is(agce{.a = 6, .q = 1.5}, (std::pow(7, 1.5) - std::pow(6 + u, 1.5)) / 1.5);
        is(aul{.a = 3, .q = 1.5}, (std::pow(3 - u, 1.5) - std::pow(2, 1.5)) / 1.5);
        is(ael{.a = 2.5}, std::exp(-u / 2.5));
        is(normalised(cross_entropy{}), std::log(u) / p.log().sum());
        is(normalised(gce{.q = 0.7}), (1 - std::pow(u, 0.7)) / (double(classes) - p.pow(0.7).sum()));
        const double a = -std::log(1e-7);
        is(negative(cross_entropy{}), 1 - (a + std::log(u)) / (a + p.log()).sum());
        is(negative(cross_entropy{}, 1.5), 1 - (std::max)(0.0, 1.5 + std::log(u)) / (1.5 + p.log()).cwiseMax(0).sum());
        is(smooth_labels(cross_entropy{}, 0.2), 0.8 * ce(label[0]) + 0.2 * ce.mean());
        is(mixed_mae(0.3), 0.7 * (row.mean() - row(0, label[0])) + 0.3 * (1 - u));
    }
}

TEST_CASE("every loss: the gradient is the value's by differences, the Hessian product the gradient's") {
    for_each_loss([](auto const& loss) {
        const scores s = random_scores(1), v = random_scores(2);
        const labels y = random_labels(1);
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const std::vector<double> weights{1, 0.5, 2, 0.25, 3};
        for (sample_options with : {sample_options{}, sample_options{.weights = weights}}) {
            const scores g = gradient_of(loss, s, y, with), h = hvp_of(loss, s, y, v, with);
            const double along = slope([&](double t) { return value_of(loss, scores(s + t * v), y, with); });
            const scores turned = slope([&](double t) { return gradient_of(loss, scores(s + t * v), y, with); });
            CHECK(g.norm() > 1e-3);
            CHECK(std::abs(g.cwiseProduct(v).sum() - along) < 1e-8 * g.norm() * v.norm());
            CHECK((h - turned).norm() < 1e-8 * (h.norm() + g.norm()) * v.norm());
            CHECK(std::abs(h.cwiseProduct(s).sum() - hvp_of(loss, s, y, s, with).cwiseProduct(v).sum()) < 1e-12 * (1 + h.norm()) * s.norm());
            scores g_out = s;
            CHECK(std::abs(value_of(loss, s, y, with) - criterion(loss, {.reduce = reduction::sum}).gradient(s, y, g_out, with)) < 1e-12);
        }
        CHECK(std::abs(values_of(loss, s, y).sum() - value_of(loss, s, y)) < 1e-12);
        CHECK(criterion(loss).value(s, y) == doctest::Approx(value_of(loss, s, y) / double(samples)).epsilon(1e-14));
    });
}

TEST_CASE("every loss: float is close to double") {
    for_each_loss([](auto const& loss) {
        const scores s = random_scores(4), v = random_scores(5);
        const labels y = random_labels(4);
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const matrix_of<float> sf = s.cast<float>(), vf = v.cast<float>();
        const scores rounded = sf.cast<double>(), direction = vf.cast<double>();
        const scores g = gradient_of(loss, rounded, y), h = hvp_of(loss, rounded, y, direction);
        CHECK(value_of(loss, sf, y) == doctest::Approx(value_of(loss, rounded, y)).epsilon(1e-5));
        CHECK((gradient_of(loss, sf, y).template cast<double>() - g).norm() < 1e-5);
        CHECK((hvp_of(loss, sf, y, vf).template cast<double>() - h).norm() < 1e-5 * (1 + v.norm()));
    });
}

TEST_CASE("every loss: a soft label that is one class is that label, and soft labels are linear") {
    for_each_loss([](auto const& loss) {
        const scores s = random_scores(6), v = random_scores(7);
        const labels y = random_labels(6), z = random_labels(7);
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        CHECK(std::abs(value_of(loss, s, one_hot(y)) - value_of(loss, s, y)) < 1e-12);
        CHECK((gradient_of(loss, s, one_hot(y)) - gradient_of(loss, s, y)).norm() < 1e-12);
        CHECK((hvp_of(loss, s, one_hot(y), v) - hvp_of(loss, s, y, v)).norm() < 1e-12);
        const scores mixed = 0.3 * one_hot(y) + 1.9 * one_hot(z);
        CHECK((values_of(loss, s, mixed) - 0.3 * values_of(loss, s, y) - 1.9 * values_of(loss, s, z)).norm() < 1e-12);
        CHECK((gradient_of(loss, s, mixed) - 0.3 * gradient_of(loss, s, y) - 1.9 * gradient_of(loss, s, z)).norm() < 1e-12);
        CHECK((hvp_of(loss, s, mixed, v) - 0.3 * hvp_of(loss, s, y, v) - 1.9 * hvp_of(loss, s, z, v)).norm() < 1e-11);
        if (knows_labels(loss)) {
            CHECK(y != z);
            CHECK((gradient_of(loss, s, mixed) - 2.2 * gradient_of(loss, s, y)).norm() > 1e-3);
        }
    });
}

TEST_CASE("losses that a shift leaves alone have gradients of sum 0, and no curvature along it") {
    for_each_loss([](auto const& loss) {
        const scores s = random_scores(8), ones = scores::Ones(samples, classes);
        const labels y = random_labels(8);
        const std::string name = text_of(loss);
        INFO("ISOTYPIC_SEED=", seed(), " ", name);
        const double sum = gradient_of(loss, s, y).rowwise().sum().norm(), curved = hvp_of(loss, s, y, ones).norm();
        if (claims_of(loss).shift)
            CHECK(sum + curved < 1e-12);
        else
            CHECK(sum + curved > 1e-3);
    });
}
