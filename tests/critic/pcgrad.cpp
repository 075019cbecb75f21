// SPDX-License-Identifier: MIT
#include <isotypic/critic/pcgrad.hpp>
#include <isotypic/critic/linear_combinations.hpp>
#include "allocations.hpp"
#include "gradients.hpp"
#include <set>
using namespace gradients;

namespace {

/// As published, on the gradients themselves, in the order that the rule's stream gives.
numbers by_vectors(task_gradients const& g, pcgrad const& rule) {
    random_stream random(rule.seed, 0, rule.step);
    std::vector<index_t> order(static_cast<std::size_t>(g.tasks));
    auto shuffle = [&] {
        for (std::size_t k = 0; k < order.size(); ++k) order[k] = index_t(k);
        for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[std::size_t(random.below(index_t(k)))]);
    };
    if (!rule.order_per_task) shuffle();
    numbers d(static_cast<std::size_t>(g.parameters), 0.0);
    for (index_t i = 0; i < g.tasks; ++i) {
        if (rule.order_per_task) shuffle();
        numbers x = row(g, i);
        for (index_t j : order) {
            const numbers other = row(g, j);
            const double product = dot(x, other), square = dot(other, other);
            if (j == i || !(square > 0) || product >= 0) continue;
            for (std::size_t p = 0; p < x.size(); ++p) x[p] -= product / square * other[p];
        }
        for (std::size_t p = 0; p < x.size(); ++p) d[p] += x[p] / (rule.sum ? 1.0 : double(g.tasks));
    }
    return d;
}

}  // namespace

TEST_CASE("the form by products is that by vectors") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int family : {0, 1, 2, 4, 5, 6})
        for (index_t k : {1, 2, 3, 10, 50})
            for (bool each : {false, true})
                for (bool whole : {false, true}) {
                    CAPTURE(family);
                    CAPTURE(k);
                    const task_gradients g = of_family(family, k, 60, std::uint64_t(k));
                    const pcgrad rule{.seed = 5, .step = 3, .order_per_task = each, .sum = whole};
                    CHECK(distance(direction(rule, g), by_vectors(g, rule)) < 1e-12 * longest(g) * (whole ? double(k) : 1.0));
                    const pcgrad other{.seed = 6, .step = 3, .order_per_task = each, .sum = whole};
                    if (family == 0 && k == 10) CHECK(distance(direction(rule, g), by_vectors(g, other)) > 1e-3);
                }
}

TEST_CASE("of two tasks in conflict each keeps what is orthogonal to the other; without conflict it is the mean") {
    INFO("ISOTYPIC_SEED=", seed());
    for (int draw = 0; draw < 20; ++draw) {
        task_gradients g = normal(2, 5, std::uint64_t(draw));
        const double product = dot(row(g, 0), row(g, 1));
        if (product < 0)
            for (index_t j = 0; j < 5; ++j) g(1, j) = -g(1, j);
        CHECK(distance(direction(pcgrad{}, g), direction(mean_gradient{}, g)) < 1e-14);
        for (index_t j = 0; j < 5; ++j) g(1, j) = -g(1, j);
        const numbers a = row(g, 0), b = row(g, 1), d = direction(pcgrad{.sum = true}, g);
        numbers left(a), right(b);
        for (std::size_t j = 0; j < 5; ++j) left[j] -= dot(a, b) / dot(b, b) * b[j], right[j] -= dot(a, b) / dot(a, a) * a[j];
        CHECK(std::abs(dot(left, b)) < 1e-13);
        CHECK(std::abs(dot(d, b) - dot(right, b)) < 1e-13);
        for (std::size_t j = 0; j < 5; ++j) left[j] += right[j];
        CHECK(distance(d, left) < 1e-14);
        CHECK(distance(d, direction(sum_gradient{}, g)) > 1e-3);
    }
}

TEST_CASE("numbering the tasks otherwise changes nothing with two, and something with three, whose results are the same few in all") {
    INFO("ISOTYPIC_SEED=", seed());
    const task_gradients two(2, 2, {1, 0, -1, 0.5}), swapped(2, 2, {-1, 0.5, 1, 0});
    for (std::uint32_t step = 0; step < 8; ++step) CHECK(distance(direction(pcgrad{.step = step}, two), direction(pcgrad{.step = step}, swapped)) < 1e-15);

    const task_gradients three(3, 2, {1, 0.1, -0.8, 0.7, -0.3, -1}), turned(3, 2, {-0.8, 0.7, -0.3, -1, 1, 0.1});
    std::set<long> of_three, of_turned;
    double moved = 0;
    for (std::uint32_t step = 0; step < 200; ++step) {
        const numbers d = direction(pcgrad{.step = step}, three), e = direction(pcgrad{.step = step}, turned);
        moved = std::fmax(moved, distance(d, e));
        of_three.insert(std::lround(1e9 * d[0])), of_turned.insert(std::lround(1e9 * e[0]));
    }
    CHECK(moved > 1e-3);
    CHECK(of_three.size() > 1);
    CHECK(of_three == of_turned);
}

TEST_CASE("every call has an order of its own, said by seed and step, and a step that is set again repeats it") {
    INFO("ISOTYPIC_SEED=", seed());
    const numbers a = gram(normal(10, 12, 1));
    pcgrad rule{.seed = 3};
    const numbers first = weights(rule, a), second = weights(rule, a);
    CHECK(rule.step == 2);
    CHECK(distance(first, second) > 1e-3);
    rule.step = 0;
    CHECK(same_bits(weights(rule, a), first));
    rule.seed = 4, rule.step = 0;
    CHECK(distance(weights(rule, a), first) > 1e-3);
}

TEST_CASE("opposed, equal and no gradients: nothing of the opposed, all of the equal, nobody for none") {
    CHECK(norm(direction(pcgrad{}, {2, 2, {1, 2, -3, -6}})) < 1e-15);
    CHECK(distance(direction(pcgrad{}, {2, 2, {1, 2, 1, 2}}), {1, 2}) < 1e-15);
    pcgrad rule;
    const numbers w = weights(rule, gram({3, 2, {1, 0, 0, 0, 1, 1}}));
    CHECK(w[1] == 0);
    CHECK(w[0] == doctest::Approx(1 / 3.0).epsilon(1e-15));
    CHECK(norm(direction(pcgrad{}, {2, 2, {0, 0, 0, 0}})) == 0);
    CHECK(distance(direction(pcgrad{}, {1, 2, {3, 4}}), {3, 4}) < 1e-15);
}

TEST_CASE("gradients of 1e-30 and 1e30 have the weights of the same ones at 1, and no allocation after the first call") {
    INFO("ISOTYPIC_SEED=", seed());
    pcgrad rule;
    const numbers plain = weights(rule, gram(normal(10, 12, 3)));
    for (double size : {1e-30, 1e30}) {
        rule.step = 0;
        CHECK(distance(weights(rule, gram(normal(10, 12, 3, 0, size))), plain) < 1e-12);
    }
    const numbers a = gram(normal(30, 40, 1));
    numbers w(30);
    workspace scratch;
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    const std::size_t before = allocations();
    rule.weights(as_view(a.data(), 30, 30), w, scratch);
    CHECK(allocations() == before);
}
