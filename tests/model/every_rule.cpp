// SPDX-License-Identifier: MIT
// What holds for the step of every rule: the same bits whatever the threads and addresses, and no allocation
// after the first step.
#include "every_rule.hpp"
#include "../allocations.hpp"
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/thread_pool.hpp>

using namespace isotypic;

namespace {

constexpr int steps = 4;

/// A weight and gradients, `shift` elements after a cache line.
template <class T>
struct member {
    storage<T> weight;
    std::vector<storage<T>> gradients;
    member(index_t m, index_t n, order o, index_t shift, index_t items, std::uint64_t which) : weight(m, n, o, shift, items) {
        weight.fill(which);
        for (int t = 0; t < steps; ++t) gradients.emplace_back(m, n, o, shift, items).fill(10 * which + std::uint64_t(t));
    }
};

struct outcome {
    std::string bits;
    std::size_t allocated;  ///< after the first step
};

/// A stack of one rule over every kind of block. A matrix of more than one task's elements, where the rule is quick.
template <class T, class Role, class Rule>
outcome run(Role, Rule const& rule, executor_ref threads, index_t shift) {
    const bool slow = detail::multiplies<Rule>() || Role::row_shift;
    member<T> large(slow ? 40 : 260, slow ? 24 : 130, order::columns, shift, 1, 1), wide(slow ? 20 : 130, slow ? 50 : 260, order::rows, shift, 1, 2),
        batch(12, 8, order::rows, shift, 3, 3), gate(10, 6, order::rows, shift, 1, 4), up(10, 6, order::rows, shift, 1, 5),
        strided(9, 7, order::strided, shift, 1, 6);
    auto stack = layerwise<T>(on<Role>(rule, linear{.peak = 0.1, .steps = 9}, {.rate = 0.05}));
    stack.run_on(threads);
    stack.clip = 2;
    auto of_large = stack.add("large", as<Role>(large.weight.all)), of_wide = stack.add("wide", as<Role>(wide.weight.all)),
         of_batch = stack.add("batch", as<Role>(batch.weight.all)), of_strided = stack.add("strided", as<Role>(strided.weight.all)),
         of_pair = stack.add("pair", as<Role>(joined(gate.weight.one(), up.weight.one())));
    outcome o{};
    for (std::size_t t = 0; t < steps; ++t) {
        const auto before = allocations();
        stack.step(of_large(large.gradients[t].all), of_wide(wide.gradients[t].all), of_batch(batch.gradients[t].all),
                   of_strided(strided.gradients[t].all), of_pair(joined(gate.gradients[t].one(), up.gradients[t].one())));
        if (t) o.allocated += allocations() - before;
    }
    o.bits = bits_of(stack);
    return o;
}

template <class T, class Role, class Rule>
std::size_t optimizer_allocates(Role, Rule const& rule, executor_ref threads) {
    member<T> w(20, 30, order::columns, 0, 2, 1);
    optimizer opt(as<Role>(w.weight.all), rule, 0.1, {.rate = 0.05}, cpu(threads));
    std::size_t allocated = 0;
    for (std::size_t t = 0; t < steps; ++t) {
        const auto before = allocations();
        opt.step(w.gradients[t].all);
        if (t) allocated += allocations() - before;
    }
    return allocated;
}

serial alone;
thread_pool one(1), two(2), three(3), seven(7);
executor_ref const executors[] = {alone, one, two, three, seven};

}  // namespace

TEST_CASE_TEMPLATE("every rule: the same bits for 1, 2, 3 and 7 threads and for memory shifted by one element", T, float, double) {
    for_each_rule([](auto role, auto const& rule) {
        INFO(type_name<decltype(role)>(), " ", type_name<decltype(rule)>());
        const std::string bits = run<T>(role, rule, alone, 0).bits;
        for (executor_ref const& e : executors) CHECK((run<T>(role, rule, e, 1).bits == bits));
        CHECK((run<T>(role, rule, three, 0).bits == bits));
    });
}

TEST_CASE_TEMPLATE("every rule: neither malloc nor new after the first step" * doctest::skip(!allocations_counted), T, float, double) {
    for_each_rule([](auto role, auto const& rule) {
        INFO(type_name<decltype(role)>(), " ", type_name<decltype(rule)>());
        for (executor_ref const& e : executors) {
            CHECK(run<T>(role, rule, e, 0).allocated == 0);
            CHECK(optimizer_allocates<T>(role, rule, e) == 0);
        }
    });
}

TEST_CASE("a rule that allocates is seen" * doctest::skip(!allocations_counted)) {
    auto temporary = rule<embedding>([](auto x, auto y) {
        std::vector<double> row(std::size_t(x.cols));
        for (index_t i = 0; i < x.rows; ++i)
            for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) + decltype(x(i, j) + 0)(row[std::size_t(j)]);
    });
    CHECK(run<float>(embedding{}, temporary, alone, 0).allocated > 0);
    CHECK(optimizer_allocates<float>(embedding{}, temporary, alone) > 0);
}

TEST_CASE("a clip that bites and a decay that begins only later allocate nothing either" * doctest::skip(!allocations_counted)) {
    member<double> w(30, 20, order::rows, 0, 1, 1);
    auto stack = layerwise<double>(on<lm_head>(update_for<lm_head>{}, 0.1));
    auto of_w = stack.add("w", as<lm_head>(w.weight.all));
    stack.clip = 1e6;
    stack.step(of_w(w.gradients[0].all));
    const auto before = allocations();
    stack.clip = 1e-3;
    stack.step(of_w(w.gradients[1].all));
    stack.on<lm_head>().decay.rate = 0.1;
    stack.step(of_w(w.gradients[2].all));
    CHECK(allocations() == before);
}
