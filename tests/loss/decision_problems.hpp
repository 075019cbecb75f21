// SPDX-License-Identifier: MIT
#pragma once
#include "../eager.hpp"
#include "../allocations.hpp"
#include "../storage.hpp"
#include <isotypic/loss/decision/cost_group.hpp>
#include <isotypic/loss/decision/local_costs.hpp>
#include <isotypic/loss/decision/regret.hpp>
#include <Eigen/Core>
#include <doctest/doctest.h>

/// \file
/// Small decision problems whose answers can be counted out.
namespace decision_problems {

using namespace isotypic;
using namespace eager;
using numbers = std::vector<double>;
using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
inline constexpr double infinite = std::numeric_limits<double>::infinity();

/// The best of a list: brute force.
struct listed {
    std::vector<numbers> all;
    index_t size() const { return index_t(all[0].size()); }
    void solve(std::span<double const> c, std::span<double> x) const {
        double least = infinite;
        for (auto const& one : all)
            if (const double v = detail::dot(c, one); v < least) least = v, std::copy(one.begin(), one.end(), x.begin());
    }
};

/// Paths from the top left to the bottom right of a grid, by dynamic programming. Arcs: for each row those to the right, then those down.
struct grid {
    index_t n = 5;
    index_t size() const { return 2 * n * (n - 1); }
    std::size_t right(index_t i, index_t j) const { return std::size_t(i * (2 * n - 1) + j); }
    std::size_t down(index_t i, index_t j) const { return std::size_t(i * (2 * n - 1) + n - 1 + j); }
    template <class F>
    void for_each_arc(F const& f) const {
        for (index_t i = 0; i < n; ++i) {
            for (index_t j = 0; j + 1 < n; ++j) f(right(i, j), i * n + j, i * n + j + 1);
            for (index_t j = 0; j < n && i + 1 < n; ++j) f(down(i, j), i * n + j, (i + 1) * n + j);
        }
    }
    /// From the source to each node, or from each to the sink.
    numbers distances(std::span<double const> c, bool back) const {
        numbers far(std::size_t(n * n), infinite);
        far[std::size_t(back ? n * n - 1 : 0)] = 0;
        for (index_t turn = 0; turn < 2 * n; ++turn)
            for_each_arc([&](std::size_t a, index_t u, index_t v) {
                double &from = far[std::size_t(u)], &to = far[std::size_t(v)];
                back ? from = std::fmin(from, to + c[a]) : to = std::fmin(to, from + c[a]);
            });
        return far;
    }
    void solve(std::span<double const> c, std::span<double> x) const {
        const numbers left = distances(c, true);
        std::fill(x.begin(), x.end(), 0.0);
        for (index_t i = 0, j = 0; i + j < 2 * n - 2;) {
            const auto from = [&](index_t k, index_t l) { return left[std::size_t(k * n + l)]; };
            const bool over = j + 1 < n && (i + 1 == n || c[right(i, j)] + from(i, j + 1) <= c[down(i, j)] + from(i + 1, j));
            x[over ? right(i, j) : down(i, j)] = 1;
            over ? ++j : ++i;
        }
    }
    /// An arc off the path: the best path through it. One on it: the best one through another arc of its layer.
    void sensitivity(std::span<double const> c, std::span<double const> x, std::span<double> delta) const {
        const numbers near = distances(c, false), far = distances(c, true);
        std::vector<index_t> layer(c.size());
        for_each_arc(
            [&](std::size_t a, index_t u, index_t v) { delta[a] = near[std::size_t(u)] + c[a] + far[std::size_t(v)] - near.back(), layer[a] = u / n + u % n; });
        const numbers through(delta.begin(), delta.end());
        for (std::size_t a = 0; a < c.size(); ++a) {
            if (x[a] == 0) continue;
            delta[a] = infinite;
            for (std::size_t b = 0; b < c.size(); ++b)
                if (b != a && layer[b] == layer[a]) delta[a] = std::fmin(delta[a], through[b]);
        }
    }
    /// Node balances: n^2 equalities that every path meets.
    dense balances() const {
        dense a = dense::Zero(n * n, size());
        for_each_arc([&](std::size_t arc, index_t u, index_t v) { a(u, index_t(arc)) = 1, a(v, index_t(arc)) = -1; });
        return a;
    }
};

inline listed every_path(grid g = {}) {
    listed paths;
    const index_t steps = 2 * g.n - 2;
    for (index_t bits = 0; bits < index_t{1} << steps; ++bits) {
        numbers x(std::size_t(g.size()), 0.0);
        index_t i = 0, j = 0;
        for (index_t s = 0; s < steps && i < g.n && j < g.n; ++s) {
            const bool over = bits >> s & 1;
            if (over ? j + 1 < g.n : i + 1 < g.n) x[over ? g.right(i, j) : g.down(i, j)] = 1;
            over ? ++j : ++i;
        }
        if (i == g.n - 1 && j == g.n - 1) paths.all.push_back(x);
    }
    return paths;
}
/// What fits into a knapsack, each item up to `copies` times.
inline listed every_load(numbers const& weights, double capacity, int copies = 1) {
    listed loads;
    numbers x(weights.size(), 0.0);
    for (bool more = true; more;) {
        if (detail::dot(x, weights) <= capacity) loads.all.push_back(x);
        more = false;
        for (double& v : x) {
            if (v < copies) {
                v += 1, more = true;
                break;
            }
            v = 0;
        }
    }
    return loads;
}
inline listed knapsack() { return every_load({3, 5, 4, 7, 6, 2, 5, 3}, 15); }
inline listed every_assignment() {
    listed all;
    std::array<std::size_t, 3> to{0, 1, 2};
    do {
        numbers x(9, 0.0);
        for (std::size_t i = 0; i < 3; ++i) x[3 * i + to[i]] = 1;
        all.all.push_back(x);
    } while (std::next_permutation(to.begin(), to.end()));
    return all;
}

/// What the optimum loses where x_j is forced off x*_j, by brute force.
inline numbers forced(listed const& x, sense to, std::span<double const> c, std::span<double const> best) {
    numbers delta(c.size(), infinite);
    for (auto const& other : x.all)
        for (std::size_t j = 0; j < c.size(); ++j)
            if (other[j] != best[j]) delta[j] = std::fmin(delta[j], detail::sign_of(to) * (detail::dot(c, other) - detail::dot(c, best)));
    return delta;
}

inline dense uniform(index_t m, index_t n, std::uint64_t which, double low = 0, double high = 1) {
    random_stream random(seed(), which);
    return dense::NullaryExpr(m, n, [&] { return low + (high - low) * random.uniform(); });
}
inline std::span<double const> row(dense const& x, index_t i) { return {x.data() + i * x.cols(), std::size_t(x.cols())}; }
inline std::span<double> row(dense& x, index_t i) { return {x.data() + i * x.cols(), std::size_t(x.cols())}; }
inline numbers best(listed const& x, sense to, std::span<double const> c) {
    numbers found(c.size()), turned(c.size());
    detail::decide(x, to, c, turned, found);
    return found;
}

template <class L>
double value(L const& l, dense const& p, cost_instances const& data) {
    return decision_criterion<L>(l).value(p, data);
}
template <class L>
dense gradient(L const& l, dense const& p, cost_instances const& data) {
    dense g = p;
    decision_criterion<L>(l).gradient(p, data, g);
    return g;
}

/// f(feasible set, sense, costs) for a shortest path, a knapsack and bounded whole numbers. Bounds for the last.
template <class F>
void for_each_problem(F const& f, index_t n = 200) {
    f(every_path(), sense::minimise, uniform(n, 40, 100, 0.2, 2), variable_bounds{});
    f(knapsack(), sense::maximise, uniform(n, 8, 101, 0.2, 2), variable_bounds{});
    f(every_load({3, 5, 4, 7}, 16, 3), sense::maximise, uniform(n, 4, 102, 0.2, 2), variable_bounds{numbers(4, 0), numbers(4, 3)});
}

}  // namespace decision_problems
