// SPDX-License-Identifier: MIT
#include <isotypic/critic/cagrad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include <isotypic/critic/mgda.hpp>
#include "allocations.hpp"
#include "gradients.hpp"
using namespace gradients;

namespace {

numbers mean(task_gradients const& g) { return sum(g, numbers(static_cast<std::size_t>(g.tasks), 1 / double(g.tasks))); }
double least_gain(task_gradients const& g, numbers const& d) {
    double least = std::numeric_limits<double>::infinity();
    for (index_t k = 0; k < g.tasks; ++k) least = std::fmin(least, dot(row(g, k), d));
    return least;
}
double value(task_gradients const& g, numbers const& w, double c) {
    const numbers to = sum(g, w), from = mean(g);
    return dot(to, from) + c * norm(from) * norm(to);
}
/// d of the weights, where the rule's combiner would form it.
numbers solved(task_gradients const& g, cagrad rule, numbers& w) {
    w = weights(rule, gram(g));
    return sum(g, w);
}

}  // namespace

TEST_CASE("min_k <g_k, d> is F(w), the bound of all d in the ball, which proves d and w") {
    INFO("ISOTYPIC_SEED=", seed());
    int limits = 0;
    for (int family = 0; family < families; ++family)
        for (index_t k : {1, 2, 3, 5, 10, 50})
            for (double c : {0.05, 0.4, 0.9, 3.0})
                for (int draw = 0; draw < 8; ++draw) {
                    CAPTURE(family);
                    CAPTURE(k);
                    CAPTURE(c);
                    CAPTURE(draw);
                    const task_gradients g = of_family(family, k, draw % 2 ? 2 * k : 5, std::uint64_t(100 * family + draw));
                    numbers w;
                    const numbers d = solved(g, {.c = c}, w), from = mean(g);
                    const double size = longest(g), radius = c * norm(from);
                    double total = 0, sizes = 0;
                    for (double& x : w) x -= 1 / double(k), total += x, sizes += std::abs(x);
                    if (total > 0.5 * sizes) {  // g_w is not 0: the multiples of w are c |g_0| / |g_w| of it
                        for (double& x : w) x /= total;
                        CHECK(*std::min_element(w.begin(), w.end()) > -1e-12);
                        const double share = norm(sum(g, w)) / size, relative = 1e-13 * (1 + 1 / (share * share) + size * size / dot(from, from));
                        CHECK(std::abs(distance(d, from) - radius) < radius * relative);
                        CHECK(std::abs(least_gain(g, d) - value(g, w, c)) < size * (size + radius) * relative);
                    } else {  // no d gains more than 0 for all
                        ++limits;
                        CHECK(distance(d, from) < radius * (1 + 1e-4));
                        CHECK(least_gain(g, d) > -1e-11 * (1 + c) * size * size);
                    }
                }
    CHECK(limits > 50);
}

TEST_CASE("d stays in the ball of c |g_0| about the mean, at c = 1 and beside it too, where the gradients allow no gain for all") {
    INFO("ISOTYPIC_SEED=", seed());
    double worst = 0;
    for (double c : {1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1.0, 1 + 1e-12, 1 + 1e-9, 1 + 1e-6})
        for (int draw = 0; draw < 1500; ++draw) {
            const index_t tasks = 2 + draw % 9;
            const task_gradients g = normal(tasks, 1 + draw % 5, std::uint64_t(draw));
            const numbers from = mean(g);
            worst = std::fmax(worst, distance(direction(cagrad{.c = c}, g), from) / (c * norm(from)));
        }
    CHECK(worst < 1 + 1e-4);
    CHECK(worst > 1 - 1e-4);
}

TEST_CASE("a brute force on a fine grid of two or three tasks finds nothing lower") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int draw = 0; draw < 20; ++draw)
        for (double c : {0.2, 0.4, 0.8}) {
            const task_gradients two = normal(2, 3, std::uint64_t(draw)), three = normal(3, 4, std::uint64_t(draw) + 50);
            double least = 1e300;
            for (int i = 0; i <= 2000; ++i) least = std::fmin(least, value(two, {i / 2000.0, 1 - i / 2000.0}, c));
            double found = least_gain(two, direction(cagrad{.c = c}, two));
            CHECK(found < least + 1e-11);
            CHECK(found > least - 1e-3);
            least = 1e300;
            for (int i = 0; i <= 300; ++i)
                for (int j = 0; i + j <= 300; ++j) least = std::fmin(least, value(three, {i / 300.0, j / 300.0, (300 - i - j) / 300.0}, c));
            found = least_gain(three, direction(cagrad{.c = c}, three));
            CHECK(found < least + 1e-11);
            CHECK(found > least - 2e-2);
            CHECK(least_gain(three, mean(three)) < found + 1e-11);
        }
}

TEST_CASE("an opposed pair that does not quite cancel hides no direction from the others") {
    INFO("ISOTYPIC_SEED=", seed());
    const task_gradients g(4, 3, {2, 2, 0, -2.00002, -2, 0, 3, -3, 3, -2, 2, -1});
    CHECK(least_gain(g, mean(g)) < -1);
    CHECK(least_gain(g, direction(cagrad{.c = 1}, g)) > -1e-8);
    int lost = 0;
    for (double apart : {1e-4, 1e-5, 1e-6, 1e-7})
        for (int draw = 0; draw < 500; ++draw) {
            task_gradients pair = normal(4, 4, std::uint64_t(draw));
            for (index_t j = 0; j < 4; ++j) pair(1, j) = apart * pair(1, j) - pair(0, j);
            const double size = longest(pair);
            // The mean and 0 are in the ball of c = 1: what gains less than both for who gains least is no answer.
            lost += least_gain(pair, direction(cagrad{.c = 1}, pair)) < -1e-6 * size * size;
        }
    CHECK(lost == 0);
}

TEST_CASE("c = 0 is the mean, one task goes 1 + c times its way, rescale divides by 1 + c^2") {
    INFO("ISOTYPIC_SEED=", seed());
    const task_gradients g = normal(6, 9, 1);
    const numbers plain = direction(mean_gradient{}, g);
    CHECK(distance(direction(cagrad{.c = 0}, g), plain) < 1e-15);
    CHECK(distance(direction(cagrad{.c = 0.4}, g), plain) > 1e-3);
    CHECK(distance(direction(cagrad{.c = 0.4}, {1, 2, {3, 4}}), {1.4 * 3, 1.4 * 4}) < 1e-14);
    const numbers whole = direction(cagrad{.c = 0.7}, g), less = direction(cagrad{.c = 0.7, .rescale = true}, g);
    for (std::size_t j = 0; j < whole.size(); ++j) CHECK(less[j] * (1 + 0.49) == doctest::Approx(whole[j]).epsilon(1e-13));
    CHECK_THROWS_WITH(direction(cagrad{.c = -1}, g), "isotypic: CAGrad: c = -1.000000, and is at least 0");
    CHECK_THROWS(direction(cagrad{.c = std::numeric_limits<double>::quiet_NaN()}, g));
}

TEST_CASE("with large c it goes the way of the smallest point of the hull") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int draw = 0; draw < 10; ++draw) {
        const task_gradients g = normal(5, 12, std::uint64_t(draw));
        numbers far = direction(cagrad{.c = 1e6}, g), near = direction(mgda{}, g), little = direction(cagrad{.c = 0.1}, g);
        const double of_far = norm(far), of_near = norm(near), of_little = norm(little);
        for (double& x : far) x /= of_far;
        for (double& x : near) x /= of_near;
        for (double& x : little) x /= of_little;
        CHECK(distance(far, near) < 1e-4);
        CHECK(distance(little, near) > 1e-3);
    }
}

TEST_CASE("where the gradients cancel d is 0; beside an opposed pair it is what both allow of the mean") {
    CHECK(norm(direction(cagrad{}, {2, 2, {1, 2, -1, -2}})) < 1e-15);
    CHECK(norm(direction(cagrad{}, {2, 2, {0, 0, 0, 0}})) == 0);
    // Two opposed along x, one along y: the mean agrees with all.
    CHECK(distance(direction(cagrad{}, {3, 2, {1, 0, -1, 0, 0, 3}}), {0, 1}) < 1e-12);
    // The same with a mean that leans to x: what is left of it is along y.
    CHECK(distance(direction(cagrad{}, {3, 2, {1.1, 0, -1, 0, 0, 3}}), {0, 1}) < 1e-12);
    // A task without a gradient, the others agree: the mean.
    const task_gradients idle(3, 2, {1, 0, 0, 0, 0, 2});
    CHECK(distance(direction(cagrad{}, idle), mean(idle)) < 1e-12);
    CHECK(distance(direction(cagrad{}, {3, 2, {1, 0, 0.1, 0.1, 0, 2}}), mean(idle)) > 1e-3);
}

TEST_CASE("gradients of 1e-30 and 1e30 have the weights of the same ones at 1") {
    INFO("ISOTYPIC_SEED=", seed());
    cagrad rule;
    const numbers plain = weights(rule, gram(normal(10, 12, 3)));
    for (double size : {1e-30, 1e30}) CHECK(distance(weights(rule, gram(normal(10, 12, 3, 0, size))), plain) < 1e-12);
    CHECK(distance(weights(rule, gram(normal(10, 12, 3, 1))), plain) > 1e-3);
}

TEST_CASE("no allocation after the first call of a shape") {
    const numbers a = gram(normal(30, 40, 1));
    numbers w(30);
    workspace scratch;
    cagrad rule;
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    const std::size_t before = allocations();
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    CHECK(allocations() == before);
}
