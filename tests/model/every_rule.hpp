// SPDX-License-Identifier: MIT
#pragma once
#include "../allocations.hpp"
#include "support.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>

/// \file
/// What holds for the step of every rule on its default engines: the same bits whatever the threads and addresses, and no
/// allocation after the first step. The rules stand in every_rule*.cpp, a few in each, since each is compiled for every kind
/// of block and two types.
namespace isotypic::every_rule {

inline constexpr int steps = 4;

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

inline serial alone;
inline thread_pool one(1), two(2), three(3), seven(7);
inline executor_ref const executors[] = {alone, one, two, three, seven};

/// Checks a rule with a role that it fits.
template <class T, class Role, class Rule>
void check(Role role, Rule const& rule) {
    INFO(type_name<Role>(), " ", type_name<Rule>());
    const outcome first = run<T>(role, rule, alone, 0), unshifted = run<T>(role, rule, three, 0);
    CHECK(first.allocated == 0);
    CHECK(unshifted.allocated == 0);
    CHECK((unshifted.bits == first.bits));
    for (executor_ref const& e : executors) {
        const outcome o = run<T>(role, rule, e, 1);
        CHECK((o.bits == first.bits));
        CHECK(o.allocated == 0);
        CHECK(optimizer_allocates<T>(role, rule, e) == 0);
    }
}

}  // namespace isotypic::every_rule
