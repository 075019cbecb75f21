// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include <stdexcept>

namespace decision_focused {

/// The shortest round trip through all nodes of a complete graph, exactly, by Held and Karp (1962): for a dozen nodes.
class tours final : public problem {
public:
    explicit tours(Index nodes) : m(std::size_t(nodes)), n(m - 1), cost(m * m), best((std::size_t(1) << n) * n) {
        if (nodes < 3 || nodes > 16) throw std::runtime_error("round trips are for 3 to 16 nodes");
    }

    Index size() const override { return Index(m * (m - 1) / 2); }

    void minimise(costs_in c, decision_out x) override {
        read(c), fill();
        std::fill(x.begin(), x.end(), 0.0);
        std::size_t set = all(), at = 0;
        for (std::size_t i = 1; i < n; ++i)
            if (end(i) < end(at)) at = i;
        x[edge(at, n)] = 1;
        while (set != bit(at)) {
            const std::size_t rest = set & ~bit(at);
            std::size_t to = n;
            for (std::size_t i = 0; i < n; ++i)
                if (rest & bit(i) && (to == n || line(rest)[i] + cost[i * m + at] < line(rest)[to] + cost[to * m + at])) to = i;
            x[edge(at, to)] = 1, set = rest, at = to;
        }
        x[edge(at, n)] = 1;
    }
    /// An edge that is not in the tour joins two halves; one that is in it is left out of another tour.
    void sensitivities(costs_in c, costs_in x, decision_out delta) override {
        const double least = dot(c, x);
        read(c), fill();
        for (std::size_t i = 0; i < n; ++i) delta[edge(i, n)] = end(i);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = i + 1; j < n; ++j) {
                double sum = infinity;
                for (std::size_t set = 1; set < all(); ++set)
                    if (set & bit(i) && !(set & bit(j))) sum = std::fmin(sum, line(set)[i] + line(all() & ~set)[j]);
                delta[edge(i, j)] = sum + cost[i * m + j];
            }
        std::vector<double> without(c.begin(), c.end());
        for (std::size_t k = 0; k < x.size(); ++k) {
            if (x[k] > 0.5) {
                without[k] = infinity, read(without), fill(), without[k] = c[k];
                delta[k] = infinity;
                for (std::size_t i = 0; i < n; ++i) delta[k] = std::fmin(delta[k], end(i));
            }
            delta[k] = std::fmax(delta[k] - least, 0);
        }
    }
    /// Two edges at every node.
    table equalities() const override {
        table a = table::Zero(Index(m), size());
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < m; ++j)
                if (i != j) a(Index(i), Index(edge(i, j))) = 1;
        return a;
    }

private:
    std::size_t m, n;          ///< nodes, and those but the last, where tours begin
    std::vector<double> cost;  ///< [node][node]
    std::vector<double> best;  ///< [set][node]: the shortest way from the last node through the set to this one, which is in it

    static std::size_t bit(std::size_t i) { return std::size_t(1) << i; }
    std::size_t all() const { return bit(n) - 1; }
    std::size_t edge(std::size_t i, std::size_t j) const {
        if (i > j) std::swap(i, j);
        return i * m - i * (i + 1) / 2 + j - i - 1;
    }
    double* line(std::size_t set) { return best.data() + set * n; }
    double end(std::size_t i) { return line(all())[i] + cost[i * m + n]; }

    void read(costs_in c) {
        std::size_t k = 0;
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = i + 1; j < m; ++j) cost[i * m + j] = cost[j * m + i] = c[k++];
    }
    void fill() {
        for (std::size_t set = 1; set <= all(); ++set) {
            double* to = line(set);
            for (std::size_t j = 0; j < n; ++j) {
                to[j] = infinity;
                if (!(set & bit(j))) continue;
                if (set == bit(j)) {
                    to[j] = cost[n * m + j];
                    continue;
                }
                double const *from = line(set & ~bit(j)), *step = cost.data() + j * m;
                double least = infinity;
                for (std::size_t i = 0; i < n; ++i) least = (std::min)(least, i == j ? infinity : from[i] + step[i]);
                to[j] = least;
            }
        }
    }
};

}  // namespace decision_focused
