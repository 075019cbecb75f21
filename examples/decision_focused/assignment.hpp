// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace decision_focused {

/// Each of n rows gets a column of its own, by LEMON's network simplex method; x is row-major.
class assignment final : public problem {
public:
    explicit assignment(Index rows) : n(std::size_t(rows)) {
        graph.reserveArc(int(n * n));
        for (std::size_t i = 0; i < 2 * n; ++i) supply[graph.addNode()] = i < n ? 1 : -1;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) arcs.push_back(graph.addArc(graph.nodeFromId(int(i)), graph.nodeFromId(int(n + j))));
    }

    Index size() const override { return Index(n * n); }

    /// The method is for whole numbers: costs count in steps of 2^-46 of the largest.
    void minimise(costs_in c, decision_out x) override {
        const double most = largest(c);
        for (std::size_t k = 0; k < arcs.size(); ++k) cost[arcs[k]] = most > 0 ? std::llround(std::ldexp(c[k] / most, 46)) : 0;
        lemon::NetworkSimplex<lemon::SmartDigraph, int, long long> flow(graph);
        if (flow.supplyMap(supply).costMap(cost).run() != flow.OPTIMAL) throw std::runtime_error("LEMON found no assignment");
        for (std::size_t k = 0; k < arcs.size(); ++k) x[k] = flow.flow(arcs[k]);
    }
    /// A row that takes another's column pushes it to a third one's and so on: shortest cycles.
    void sensitivities(costs_in c, costs_in x, decision_out delta) override {
        std::vector<std::size_t> column(n), row(n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                if (x[i * n + j] > 0.5) column[i] = j, row[j] = i;
        std::vector<double> push(n * n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k) push[i * n + k] = i == k ? 0 : c[i * n + column[k]] - c[i * n + column[i]];
        auto far = push;
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < n; ++j) far[i * n + j] = std::fmin(far[i * n + j], far[i * n + k] + far[k * n + j]);
        for (std::size_t i = 0; i < n; ++i) {
            double least = infinity;
            for (std::size_t k = 0; k < n; ++k) {
                if (k == i) continue;
                const double cycle = std::fmax(push[i * n + k] + far[k * n + i], 0);
                delta[i * n + column[k]] = cycle, least = std::fmin(least, cycle);
            }
            delta[i * n + column[i]] = least;
        }
    }
    table equalities() const override {
        table a = table::Zero(Index(2 * n), size());
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) a(Index(i), Index(i * n + j)) = 1, a(Index(n + j), Index(i * n + j)) = 1;
        return a;
    }

private:
    std::size_t n;
    lemon::SmartDigraph graph;  ///< an arc from each row to each column
    std::vector<lemon::SmartDigraph::Arc> arcs;
    lemon::SmartDigraph::NodeMap<int> supply{graph};
    lemon::SmartDigraph::ArcMap<long long> cost{graph};
};

}  // namespace decision_focused
