// SPDX-License-Identifier: MIT
#pragma once
#include "decision_problems.hpp"

/// \file
/// What the tests of the losses of others share.
namespace decision_baselines {

using namespace isotypic;
using namespace decision_problems;

/// A list's solver that counts, and throws on one of its calls.
struct watched {
    listed set;
    std::size_t calls = 0, fails_at = 0;

    index_t size() const { return set.size(); }
    void solve(std::span<double const> c, std::span<double> x) {
        if (++calls == fails_at) throw std::runtime_error("out of time");
        set.solve(c, x);
    }
};

/// The paths that leave x once and come back to it once: its neighbours on the polytope of flows.
inline std::vector<numbers> adjacent(grid const& g, std::span<double const> x) {
    const auto nodes = [&](std::span<double const> path) {
        std::vector<index_t> seen(std::size_t(2 * g.n - 1), 0);
        g.for_each_arc([&](std::size_t arc, index_t, index_t v) { path[arc] > 0.5 ? void(seen[std::size_t(v / g.n + v % g.n)] = v) : void(); });
        return seen;
    };
    const auto mine = nodes(x);
    std::vector<numbers> next;
    for (numbers const& y : every_path(g).all) {
        const auto other = nodes(y);
        index_t leaves = 0;
        for (std::size_t k = 1; k < mine.size(); ++k) leaves += mine[k] != other[k] && mine[k - 1] == other[k - 1];
        if (leaves == 1) next.push_back(y);
    }
    return next;
}
/// Of the constraints a'x <= b that bind at x: the balances, either way, and the bounds.
inline std::vector<numbers> normals(grid const& g, std::span<double const> x) {
    std::vector<numbers> all;
    const dense balances = g.balances();
    for (double way : {1.0, -1.0})
        for (index_t i = 0; i < balances.rows(); ++i) {
            const dense a = way * balances.row(i);
            all.push_back(numbers(a.data(), a.data() + a.size()));
        }
    for (std::size_t j = 0; j < x.size(); ++j) all.push_back(numbers(x.size(), 0.0)), all.back()[j] = x[j] > 0.5 ? 1 : -1;
    return all;
}

inline dense gaussian(index_t m, index_t n, std::uint64_t which) {
    random_stream random(seed(), which);
    return dense::NullaryExpr(m, n, [&] { return random.normal(); });
}
inline dense costs_of(index_t m, index_t n, std::uint64_t which) { return gaussian(m, n, which).array().exp(); }
inline std::vector<index_t> first(index_t n) {
    std::vector<index_t> rows;
    for (index_t i = 0; i < n; ++i) rows.push_back(i);
    return rows;
}
inline dense line(std::span<double const> x) { return Eigen::Map<dense const>(x.data(), 1, index_t(x.size())); }
inline dense chosen(listed const& all, sense to, dense const& costs) { return line(best(all, to, row(costs, 0))); }
inline double inner(dense const& a, dense const& b) { return (a.array() * b.array()).sum(); }

template <class L>
double value_of(L&& loss, dense const& p, cost_instances const& data) {
    return loss.value(p, data, first(p.rows()));
}
template <class L, class G>
double step_of(L&& loss, dense const& p, cost_instances const& data, G& g) {
    return loss.gradient(p, data, first(p.rows()), g);
}
template <class L>
dense slopes_of(L&& loss, dense const& p, cost_instances const& data) {
    dense g = dense::Constant(p.rows(), p.cols(), 7);
    loss.gradient(p, data, first(p.rows()), g);
    return g;
}
/// The gradient against differences of the value, of the same step, along a direction near to it.
template <class L>
void check_slope(L& loss, dense const& p, cost_instances const& data) {
    INFO(std::string(L::name), ", ISOTYPIC_SEED=", seed());
    const std::uint32_t step = loss.step;
    const dense g = slopes_of(loss, p, data), noise = gaussian(p.rows(), p.cols(), 71), v = g / g.norm() + noise / (2 * noise.norm());
    loss.step = step;
    const double h = 1e-6, slope = (value_of(loss, p + h * v, data) - value_of(loss, p - h * v, data)) / (2 * h);
    CHECK(std::abs(slope - inner(g, v)) < 1e-6 * g.norm());
    CHECK(slope > 0.4 * g.norm());
}

}  // namespace decision_baselines
