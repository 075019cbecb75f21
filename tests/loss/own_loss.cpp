// SPDX-License-Identifier: MIT
#include "loss/any_loss.hpp"

using namespace class_losses;

namespace {

struct squared_log {
    static constexpr char const* name = "squared log";
    static constexpr loss_law law{.shift = true, .nonnegative = true};
    loss_curve at(double u) const { return {u * u, 2 * u, 2}; }
};
struct wrong_slope {
    static constexpr char const* name = "wrong slope";
    static constexpr loss_law law{.shift = true};
    loss_curve at(double u) const { return {u * u, 2.01 * u, 2}; }
};
struct nameless {
    static constexpr loss_law law{};
    loss_curve at(double u) const { return {u, 1, 0}; }
};
/// One with parameters, a name made as it runs, and bounds.
struct power_of_log {
    double power = 2;
    static constexpr char const* name = "power of the log";
    static constexpr loss_law law{.shift = true};
    void require() const { detail::require_that(power >= 2, name, "power", power, "2 or more"); }
    loss_curve at(double u) const { return {std::pow(-u, power), -power * std::pow(-u, power - 1), power * (power - 1) * std::pow(-u, power - 2)}; }
};

/// How far the gradient is from the value's differences.
template <class L>
double gradient_error(L const& loss) {
    const scores s = random_scores(1), v = random_scores(2);
    const labels y = random_labels(1);
    return std::abs(gradient_of(loss, s, y).cwiseProduct(v).sum() - slope([&](double t) { return value_of(loss, scores(s + t * v), y); }));
}
template <class L>
double turn_error(L const& loss) {
    const scores s = random_scores(1), v = random_scores(2);
    const labels y = random_labels(1);
    const scores by_differences = slope([&](double t) { return gradient_of(loss, scores(s + t * v), y); });
    return (hvp_of(loss, s, y, v) - by_differences).norm() / by_differences.norm();
}

}  // namespace

static_assert(class_loss<squared_log> && probability_loss<squared_log> && !row_loss<squared_log>);
static_assert(!class_loss<nameless> && !class_loss<int> && class_loss<unhinged> && !class_loss<unit_scores>);

TEST_CASE("a loss of one's own in four lines: value, gradient and Hessian product") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1);
    const labels y = random_labels(1);
    CHECK((values_of(squared_log{}, s, y) - values_of(cross_entropy{}, s, y).cwiseAbs2()).norm() < 1e-12);
    CHECK(gradient_error(squared_log{}) < 1e-7);
    CHECK(turn_error(squared_log{}) < 1e-8);
    CHECK(gradient_error(wrong_slope{}) > 1e-3);
    CHECK(turn_error(wrong_slope{}) > 1e-4);
    CHECK(distance(power_of_log{}, squared_log{}) < 1e-12);
    CHECK(distance(power_of_log{3}, squared_log{}) > 1e-2);
    const matrix_of<float> floats = s.cast<float>();
    CHECK(value_of(squared_log{}, floats, y) == doctest::Approx(value_of(squared_log{}, s, y)).epsilon(1e-5));
}

TEST_CASE("a loss of one's own under every transform") {
    INFO("ISOTYPIC_SEED=", seed());
    const scores s = random_scores(1), table = table_of(squared_log{}, s);
    const labels y = random_labels(1);
    const scores mean = table.rowwise().mean().replicate(1, classes), sum = table.rowwise().sum().replicate(1, classes);
    CHECK((table_of(symmetrise(squared_log{}), s) - (table - mean)).norm() < 1e-12);
    CHECK((table_of(class_insensitive(squared_log{}), s) - mean).norm() < 1e-12);
    CHECK((table_of(smooth_labels(squared_log{}, 0.2), s) - 0.8 * table - 0.2 * mean).norm() < 1e-12);
    CHECK((table_of(normalised(squared_log{}), s) - table.cwiseQuotient(sum)).norm() < 1e-12);
    CHECK((table_of(2.0 * squared_log{} + cross_entropy{}, s) - 2 * table - table_of(cross_entropy{}, s)).norm() < 1e-12);
    auto check = [](auto const& loss, std::string const& name, bool symmetric) {
        CAPTURE(name);
        CHECK(detail::name_of<std::remove_cvref_t<decltype(loss)>>() == name);
        CHECK(gradient_error(loss) < 1e-7);
        CHECK(turn_error(loss) < 1e-8);
        CHECK(loss.law.symmetric == symmetric);
        const Eigen::VectorXd sums = table_of(loss, random_scores(4)).rowwise().sum();
        CHECK(((sums.array() - sums(0)).matrix().norm() < 1e-11) == symmetric);
    };
    check(squared_log{}, "squared log", false);
    check(symmetrise(squared_log{}), "symmetrised squared log", true);
    check(normalised(squared_log{}), "normalised squared log", true);
    check(negative(squared_log{}, 200), "normalised negative squared log", true);
    check(class_insensitive(squared_log{}), "class-insensitive part of squared log", false);
    check(symmetrise(normalised(squared_log{})), "symmetrised normalised squared log", true);
    check(0.5 * squared_log{} + mae{}, "squared log + absolute error of classes", false);
    check(unit_scores{.scale = 2} | symmetrise(squared_log{}), "symmetrised squared log of unit scores", true);
    check(batch_scores{} | squared_log{}, "squared log of batch scores", false);
}

TEST_CASE("a loss of one's own is named in errors, by its name or the criterion's, and refuses its parameters") {
    criterion plain(squared_log{}), named(squared_log{}, {.name = "teacher"});
    const scores s = random_scores(1);
    CHECK_THROWS_WITH(plain.value(s, labels{0, 0, 0, 0, 6}), "isotypic: squared log: the label of sample 4 of 5 is 6, and there are 6 classes");
    CHECK_THROWS_WITH(named.value(s, labels{0, 0, 0, 0, 6}), "isotypic: teacher: the label of sample 4 of 5 is 6, and there are 6 classes");
    CHECK_THROWS_WITH(criterion(symmetrise(power_of_log{1})), "isotypic: power of the log: power = 1.000000, which must be 2 or more");
    CHECK_NOTHROW(criterion(symmetrise(power_of_log{3})));
}
