// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"
#include <functional>

using namespace class_losses;

namespace {

/// The largest |eigenvalue| of the Hessian at one sample.
double curvature(any_loss const& loss, scores const& s, int label = 0) {
    const Eigen::MatrixXd h = hessian_of(loss, s, {label});
    CHECK((h - h.transpose()).norm() < 1e-12 * (1 + h.norm()));
    return eigenvalues_of(h).cwiseAbs().maxCoeff();
}
/// The most curvature that a random search finds with k classes: draws of several sizes, then steps from the best.
double searched(any_loss const& loss, index_t k, std::uint64_t which) {
    scores best = random_scores(which, 1, k, 1);
    double most = curvature(loss, best);
    random_stream random(seed(), which + 900);
    for (int t = 0; t < 400; ++t) {
        scores s = random_scores(which * 1000 + std::uint64_t(t), 1, k, t < 100 ? std::exp(random.normal() + 1) : 1.0);
        if (t >= 100) s = best + std::exp(-4 * random.uniform()) * s;
        if (const double c = curvature(loss, s); c > most) most = c, best = s;
    }
    return most;
}
/// Scores with p_label = p and the rest on one other class.
scores two_classes(double p, index_t k) {
    scores s = scores::Constant(1, k, -800);
    s(0, 0) = std::log(p), s(0, 1) = std::log1p(-p);
    return s;
}
/// The largest curvature of the loss that is found, against beta().
void check_beta(any_loss const& loss, double beta, double p, index_t k = 4) {
    CHECK(curvature(loss, two_classes(p, k)) == doctest::Approx(beta).epsilon(1e-9));
    CHECK(searched(loss, k, 1) <= beta * (1 + 1e-12));
    CHECK(searched(loss, 2, 2) <= beta * (1 + 1e-12));
    CHECK(searched(loss, 2, 2) > 0.9 * beta);
}
/// rate (1/K - e_y) is the gradient at equal scores.
void check_rate(any_loss const& loss, double rate, bool curved = true) {
    const scores s = scores::Constant(1, classes, 0.7);
    const scores e = one_hot({2}), expected = rate * (scores::Constant(1, classes, 1 / double(classes)) - e);
    const std::string name = detail::name_of(loss);
    CAPTURE(name);
    CHECK((gradient_of(loss, s, labels{2}) - expected).norm() < 1e-14 * (1 + rate));
    if (curved) CHECK((gradient_of(loss, scores(2 * random_scores(1, 1)), labels{2}) - expected).norm() > 1e-3);
}
/// |at(q) - limit| <= c q, with c from q = 1e-3, and no faster at 1e-6.
template <class T>
void check_limit(std::function<any_loss(double)> const& at, any_loss const& limit) {
    const matrix_of<T> s = random_scores(1).cast<T>(), v = random_scores(2).cast<T>();
    const labels y = random_labels(1);
    auto error = [&](double q) {
        return (values_of(at(q), s, y) - values_of(limit, s, y)).norm() + double((gradient_of(at(q), s, y) - gradient_of(limit, s, y)).norm()) +
               double((hvp_of(at(q), s, y, v) - hvp_of(limit, s, y, v)).norm());
    };
    const double rate = error(1e-3) / 1e-3, rounding = sizeof(T) == 4 ? 2e-5 : 5e-14;
    CHECK(rate > 1e-2);
    for (double q : {1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12, 1e-100, 1e-307}) {
        CAPTURE(q);
        CHECK(error(q) <= 1.1 * rate * q + rounding);
        if (q > 1e-9 && sizeof(T) == 8) CHECK(error(q) >= 0.9 * rate * q - rounding);
    }
    CHECK(error(0) <= rounding);
}

}  // namespace

TEST_CASE_TEMPLATE("as q or alpha falls to 0 the limit is reached, with an error that falls like it", T, float, double) {
    INFO("ISOTYPIC_SEED=", seed());
    check_limit<T>([](double q) { return gce{.q = q}; }, cross_entropy{});
    check_limit<T>([](double q) { return symmetrise(gce{.q = q}); }, unhinged{});
    check_limit<T>([](double q) { return class_insensitive(gce{.q = q}); }, class_insensitive(cross_entropy{}));
    check_limit<T>([](double q) { return normalised(gce{.q = q}); }, normalised(cross_entropy{}));
    check_limit<T>([](double a) { return double(classes) * tempered_mae{.alpha = a}; }, unhinged{});
    check_limit<T>([](double a) { return mixed_mae(a); }, unhinged{});
    check_limit<T>([](double g) { return focal{.gamma = g}; }, cross_entropy{});
}

TEST_CASE("at q = 1 and alpha = 1 they are the absolute error") {
    INFO("ISOTYPIC_SEED=", seed());
    const auto mae_part = symmetrise(mae{});
    CHECK(distance(gce{.q = 1}, mae{}) < 1e-14);
    CHECK(distance(symmetrise(gce{.q = 1}), mae_part) < 1e-14);
    CHECK(distance(tempered_mae{.alpha = 1}, mae_part) < 1e-14);
    CHECK(distance(mixed_mae(1), mae{}) < 1e-14);
    CHECK(distance(mixed_mae(0), unhinged{}) < 1e-14);
    CHECK(distance(gce{.q = 0.9}, mae{}) > 1e-2);
    const scores s = random_scores(3);
    const labels y = random_labels(3);
    CHECK((values_of(any_loss(mae{}), s, y) - values_of(any_loss(mae_part), s, y)).isApproxToConstant(double(classes - 1) / double(classes), 1e-13));
    CHECK((values_of(any_loss(tempered_mae{.alpha = 0.4}), scores(1.7 * s), y) - 1.7 * values_of(any_loss(tempered_mae{.alpha = 0.68}), s, y)).norm() < 1e-14);
}

TEST_CASE("ranges: what each bounded loss reaches and never passes") {
    INFO("ISOTYPIC_SEED=", seed());
    auto check = [](any_loss const& loss, double least, double most) {
        const std::string name = detail::name_of(loss);
        CAPTURE(name);
        scores ends = scores::Zero(2, classes);
        ends(0, 0) = 900, ends(1, 0) = -900;  // p_y = 1; p_y = 0 and the others alike
        const Eigen::VectorXd reached = values_of(loss, ends, labels{0, 0});
        CHECK(reached(0) == doctest::Approx(least).epsilon(1e-13));
        CHECK(reached(1) == doctest::Approx(most).epsilon(1e-13));
        for (double size : {0.3, 3.0, 30.0}) {
            const scores table = table_of(loss, random_scores(5, 200, classes, size));
            CHECK(table.minCoeff() >= least - 1e-13);
            CHECK(table.maxCoeff() <= most + 1e-13);
        }
    };
    const double k = classes;
    for (double q : {0.05, 0.3, 0.7, 1.0}) {
        check(gce{.q = q}, 0, 1 / q);
        check(symmetrise(gce{.q = q}), -(k - 1) / (k * q), std::pow(k - 1, 1 - q) / (k * q));
        check(tempered_mae{.alpha = q}, -(1 - 1 / k) / q, 1 / (k * q));
    }
    check(mae{}, 0, 1);
    check(agce{.a = 2, .q = 1.5}, 0, (std::pow(3, 1.5) - std::pow(2, 1.5)) / 1.5);
    check(aul{.a = 2, .q = 1.5}, 0, (std::pow(2, 1.5) - 1) / 1.5);
    check(ael{.a = 2}, std::exp(-0.5), 1);
    CHECK(value_of(unhinged{}, scores(100 * random_scores(6)), labels(samples, 0)) !=
          doctest::Approx(value_of(unhinged{}, random_scores(6), labels(samples, 0))));
}

TEST_CASE("the gradient at equal scores is a rate times that of cross-entropy") {
    INFO("ISOTYPIC_SEED=", seed());
    const double k = classes;
    check_rate(cross_entropy{}, 1);
    check_rate(unhinged{}, 1, false);
    for (double q : {0.05, 0.3, 0.7, 1.0}) {
        check_rate(gce{.q = q}, std::pow(k, -q));
        check_rate(symmetrise(gce{.q = q}), std::pow(k, -q));
        check_rate(tempered_mae{.alpha = q}, 1 / k);
    }
    check_rate(mae{}, 1 / k);
    check_rate(normalised(cross_entropy{}), 1 / (k * std::log(k)));
    check_rate(2.0 * mae{}, 2 / k);
}

TEST_CASE("beta() is reached and never passed") {
    INFO("ISOTYPIC_SEED=", seed());
    for (double sign : {-1.0, 1.0}) {
        const double p = (3 + sign * std::sqrt(3.0)) / 6;
        check_beta(mae{}, mae::beta(), p);
        const reverse_cross_entropy reverse{.log_zero = -4};
        check_beta(reverse, reverse.beta(), p);
        for (double alpha : {0.09, 0.5, 3.0}) {
            const tempered_mae l{.alpha = alpha};
            const any_loss any = l;
            scores s = two_classes(p, 4);
            s(0, 2) = s(0, 3) = -800 * (1 + 1 / alpha), s.leftCols(2) /= alpha;
            CHECK(curvature(any, s) == doctest::Approx(l.beta()).epsilon(1e-9));
            CHECK(searched(any, 4, 3) <= l.beta() * (1 + 1e-12));
            CHECK(searched(any, 2, 4) > 0.9 * l.beta());
        }
    }
    CHECK(mae{}.beta() == doctest::Approx(1 / (3 * std::sqrt(3.0))));
    CHECK(tempered_mae{.alpha = 0.5}.beta() == doctest::Approx(0.5 / (3 * std::sqrt(3.0))));
    CHECK((-3.0 * mae{}).beta() == doctest::Approx(1 / std::sqrt(3.0)));
    check_beta(cross_entropy{}, cross_entropy::beta(), 0.5);
    CHECK(curvature(cross_entropy{}, two_classes(0.3, 4)) < 0.43);
    CHECK(cross_entropy::beta() == 0.5);
    CHECK(unhinged::beta() == 0);
    CHECK(curvature(unhinged{}, random_scores(1, 1)) == 0);
}

TEST_CASE("beta() of gce is .4285 .3353 .2762 .2351 .2048 at q = .1 .3 .5 .7 .9, and found at a root") {
    INFO("ISOTYPIC_SEED=", seed());
    const double expected[] = {.4285, .3353, .2762, .2351, .2048};
    for (int i = 0; i < 5; ++i) {
        const gce l{.q = 0.1 + 0.2 * i};
        CAPTURE(l.q);
        CHECK(std::abs(l.beta() - expected[i]) < 5.1e-5);
        const double a = (1 + l.q) * (l.q + 2), b = (2 * l.q + 1) * (l.q + 1), root = std::sqrt(b * b - 4 * a * l.q * l.q);
        double most = 0;
        for (double sign : {-1.0, 1.0}) {
            const double found = curvature(l, two_classes((b + sign * root) / (2 * a), 4));
            CHECK(found <= l.beta() * (1 + 1e-12));
            most = (std::max)(most, found);
        }
        CHECK(most == doctest::Approx(l.beta()).epsilon(1e-12));
        for (index_t k : {2, 3, 7}) CHECK(searched(l, k, 5) <= l.beta() * (1 + 1e-12));
        CHECK(searched(l, 3, 5) > 0.9 * l.beta());
    }
    CHECK(gce{.q = 0}.beta() == doctest::Approx(0.5).epsilon(1e-14));
    CHECK(gce{.q = 1}.beta() == doctest::Approx(mae::beta()).epsilon(1e-14));
}

TEST_CASE("the curvature of symmetrise(gce) tends to (K - 1) / (2 K) as q falls, for two classes to 0, and on bounded scores it is below q (2 + spread / 2)") {
    INFO("ISOTYPIC_SEED=", seed());
    for (index_t k : {3, 4, 10}) {
        CAPTURE(k);
        double before = 1;
        for (double q : {1e-2, 1e-3, 1e-4, 1e-5}) {
            // p_y^q is about 0, two classes have 1/2 each, the others no probability but p^q about 1
            scores s = scores::Constant(1, k, -40);
            s(0, 0) = -40 / q, s(0, 1) = s(0, 2) = 0;
            const double away = std::abs(curvature(symmetrise(gce{.q = q}), s) - double(k - 1) / double(2 * k));
            CHECK(away < 41 * q);
            CHECK(away < 0.2 * before);
            before = away;
        }
    }
    const double table[][2] = {{.02, .0197}, {.1, .081}, {.3, .1657}, {.5, .1992}, {.7, .2065}, {.9, .1993}, {1, .1925}};
    for (auto const& row : table) {
        double most = 0;
        for (int i = -4000; i <= 4000; ++i) {
            scores s(1, 2);
            s << 0.02 * i, 0;
            most = (std::max)(most, curvature(symmetrise(gce{.q = row[0]}), s));
        }
        CAPTURE(row[0]);
        CHECK(std::abs(most - row[1]) < 1e-4);
    }
    for (double q : {1e-3, 0.02, 0.3})
        for (std::uint64_t which = 1; which < 40; ++which) {
            const scores s = random_scores(which, 1);
            CHECK(curvature(symmetrise(gce{.q = q}), s) <= q * (2 + (s.maxCoeff() - s.minCoeff()) / 2));
        }
}
