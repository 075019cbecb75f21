// SPDX-License-Identifier: MIT
#pragma once
#include "storage.hpp"
#include <isotypic/critic/combiner.hpp>
#include <doctest/doctest.h>
#include <string>

/// \file
/// Gradients of tasks for tests, in double: K x p, and what they are known to be difficult for.
namespace gradients {
using namespace isotypic;
using numbers = std::vector<double>;

struct task_gradients {
    index_t tasks, parameters;
    numbers g;
    task_gradients(index_t k, index_t p) : tasks(k), parameters(p), g(static_cast<std::size_t>(k * p), 0.0) {}
    task_gradients(index_t k, index_t p, numbers values) : tasks(k), parameters(p), g(std::move(values)) {}
    double& operator()(index_t k, index_t j) { return g[static_cast<std::size_t>(k * parameters + j)]; }
    double operator()(index_t k, index_t j) const { return g[static_cast<std::size_t>(k * parameters + j)]; }
    view<double> at() { return as_view(g.data(), tasks, parameters); }
};

inline double dot(numbers const& a, numbers const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}
inline double norm(numbers const& a) { return std::sqrt(dot(a, a)); }
inline double distance(numbers const& a, numbers const& b) {
    numbers off(a);
    for (std::size_t i = 0; i < a.size(); ++i) off[i] -= b[i];
    return norm(off);
}
inline numbers row(task_gradients const& g, index_t k) {
    numbers x(static_cast<std::size_t>(g.parameters));
    for (index_t j = 0; j < g.parameters; ++j) x[static_cast<std::size_t>(j)] = g(k, j);
    return x;
}
inline double longest(task_gradients const& g) {
    double most = 0;
    for (index_t k = 0; k < g.tasks; ++k) most = std::fmax(most, norm(row(g, k)));
    return most;
}
inline numbers sum(task_gradients const& g, numbers const& w) {
    numbers d(static_cast<std::size_t>(g.parameters), 0.0);
    for (index_t k = 0; k < g.tasks; ++k)
        for (index_t j = 0; j < g.parameters; ++j) d[static_cast<std::size_t>(j)] += w[static_cast<std::size_t>(k)] * g(k, j);
    return d;
}
inline numbers gram(task_gradients const& g) {
    numbers a;
    for (index_t k = 0; k < g.tasks; ++k)
        for (index_t l = 0; l < g.tasks; ++l) a.push_back(dot(row(g, k), row(g, l)));
    return a;
}
inline task_gradients normal(index_t k, index_t p, std::uint64_t which, double spread = 0, double size = 1) {
    random_stream random(seed(), which);
    task_gradients g(k, p);
    for (index_t i = 0; i < k; ++i) {
        const double by = size * std::pow(10.0, spread * (2 * random.uniform() - 1));
        for (index_t j = 0; j < p; ++j) g(i, j) = by * random.normal();
    }
    return g;
}
/// Plain, of unequal size, with a common part, more tasks than parameters, equal, opposed, zero, nearly equal.
inline constexpr int families = 8;
inline task_gradients of_family(int family, index_t k, index_t p, std::uint64_t which) {
    task_gradients g = normal(k, family == 3 ? (std::max)(index_t(1), k / 2) : p, which, family == 1 ? 6 : 0);
    if (family == 2)
        for (index_t i = 0; i < k; ++i) g(i, 0) += 10;
    if (family >= 4)
        for (index_t i = 1; i < k; i += 2)
            for (index_t j = 0; j < g.parameters; ++j)
                g(i, j) = family == 4 ? g(i - 1, j) : family == 5 ? -2 * g(i - 1, j) : family == 6 ? 0 : g(i - 1, j) + 1e-7 * g(i, j);
    return g;
}

template <class Rule>
numbers direction(Rule rule, task_gradients g) {
    numbers d(static_cast<std::size_t>(g.parameters));
    combiner<Rule>(rule, g.tasks).combine(g.at(), as_view(d.data(), 1, g.parameters));
    return d;
}
template <class Rule>
numbers weights(Rule& rule, numbers const& a) {
    workspace scratch;
    const auto k = static_cast<index_t>(std::lround(std::sqrt(double(a.size()))));
    numbers w(static_cast<std::size_t>(k));
    rule.weights(as_view(a.data(), k, k), w, scratch);
    return w;
}

}  // namespace gradients
