// SPDX-License-Identifier: MIT
#include <isotypic/critic/mgda.hpp>
#include "allocations.hpp"
#include "gradients.hpp"
using namespace gradients;

namespace {
numbers weights_of(task_gradients const& g) {
    mgda rule;
    return weights(rule, gram(g));
}
double least_gain(task_gradients const& g, numbers const& d) {
    double least = std::numeric_limits<double>::infinity();
    for (index_t k = 0; k < g.tasks; ++k) least = std::fmin(least, dot(row(g, k), d));
    return least;
}
}  // namespace

TEST_CASE("every task gains |d|^2 at the least, those that have a weight just that, which proves the least point of the hull") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int family = 0; family < families; ++family)
        for (index_t k : {1, 2, 3, 10, 50})
            for (int draw = 0; draw < 10; ++draw) {
                CAPTURE(family);
                CAPTURE(k);
                CAPTURE(draw);
                const task_gradients g = of_family(family, k, draw % 2 ? 2 * k : 5, std::uint64_t(100 * family + draw));
                const numbers w = weights_of(g), d = sum(g, w);
                const double size = longest(g) * longest(g);
                CHECK(least_gain(g, d) > dot(d, d) - 1e-12 * size);
                for (index_t i = 0; i < k; ++i)
                    if (w[std::size_t(i)] > 0) CHECK(std::abs(dot(row(g, i), d) - dot(d, d)) < 1e-12 * size);
            }
}

TEST_CASE("no point of a fine grid of two or three gradients is smaller") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int draw = 0; draw < 30; ++draw) {
        const task_gradients two = normal(2, 4, std::uint64_t(draw)), three = normal(3, 4, std::uint64_t(draw) + 50);
        double least = 1e300;
        for (int i = 0; i <= 2000; ++i) least = std::fmin(least, norm(sum(two, {i / 2000.0, 1 - i / 2000.0})));
        const double found = norm(direction(mgda{}, two));
        CHECK(found < least + 1e-12);
        CHECK(found > least - 1e-5);
        least = 1e300;
        for (int i = 0; i <= 300; ++i)
            for (int j = 0; i + j <= 300; ++j) least = std::fmin(least, norm(sum(three, {i / 300.0, j / 300.0, (300 - i - j) / 300.0})));
        const double of_three = norm(direction(mgda{}, three));
        CHECK(of_three < least + 1e-12);
        CHECK(of_three > least - 1e-3);
    }
}

TEST_CASE("orthogonal gradients have weights of 1 / |g|^2, and of two that agree the shorter is taken whole") {
    const task_gradients g(3, 3, {2, 0, 0, 0, 1, 0, 0, 0, 0.5});
    const numbers w = weights_of(g);
    for (std::size_t k = 0; k < 3; ++k) CHECK(w[k] == doctest::Approx(numbers{0.25, 1, 4}[k] / 5.25).epsilon(1e-14));
    CHECK(weights_of({2, 2, {3, 0, 1, 0.1}}) == numbers{0, 1});
    CHECK(weights_of({1, 2, {3, 4}}) == numbers{1});
}

TEST_CASE("at a Pareto-stationary point d is 0: opposed gradients, more directions than parameters, a task without a gradient, none with one") {
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(norm(direction(mgda{}, {2, 2, {1, 2, -3, -6}})) < 1e-15);
    CHECK(norm(direction(mgda{}, {3, 2, {1, 0, -1, 2, -1, -2}})) < 1e-15);
    CHECK(norm(direction(mgda{}, {3, 2, {1, 0, 0, 0, 1, 1}})) == 0);
    CHECK(norm(direction(mgda{}, {2, 2, {0, 0, 0, 0}})) == 0);
    CHECK(norm(direction(mgda{}, normal(50, 3, 1))) < 1e-13);
    CHECK(norm(direction(mgda{}, {2, 2, {1, 2, -3, -5}})) > 1e-3);
}

TEST_CASE("tasks twice change nothing in d") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int draw = 0; draw < 10; ++draw) {
        const task_gradients g = normal(6, 9, std::uint64_t(draw));
        numbers twice(g.g);
        twice.insert(twice.end(), g.g.begin(), g.g.end());
        const numbers once = direction(mgda{}, g);
        CHECK(distance(once, direction(mgda{}, {12, 9, twice})) < 1e-12);
    }
}

TEST_CASE("gradients of 1e-30 and 1e30 have the weights of the same ones at 1") {
    INFO("ISOTYPIC_SEED=", seed());
    const numbers plain = weights_of(normal(10, 12, 3));
    for (double size : {1e-30, 1e30}) CHECK(distance(weights_of(normal(10, 12, 3, 0, size)), plain) < 1e-12);
    CHECK(distance(weights_of(normal(10, 12, 3, 1)), plain) > 1e-3);
}

TEST_CASE("no allocation after the first call of a shape") {
    const task_gradients g = normal(30, 40, 1);
    const numbers a = gram(g);
    numbers w(30);
    workspace scratch;
    mgda rule;
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    const std::size_t before = allocations();
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    CHECK(allocations() == before);
}
