// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"

namespace decision_focused {

/// The shortest path over a grid from its first node to its last, to the right and down: two passes over the arcs give every Delta.
class grid final : public problem {
public:
    grid(Index rows, Index columns) : h(std::size_t(rows)), w(std::size_t(columns)), from_start(h * w), to_end(h * w), in(h * w), out(h * w) {
        for (std::size_t i = 0; i < h; ++i) {
            for (std::size_t j = 0; j + 1 < w; ++j) arcs.push_back({i * w + j, i * w + j + 1});
            for (std::size_t j = 0; i + 1 < h && j < w; ++j) arcs.push_back({i * w + j, (i + 1) * w + j});
        }
        layers.resize(h + w - 2);
        for (std::size_t a = 0; a < arcs.size(); ++a) layers[layer(a)].push_back(a);
    }

    Index size() const override { return Index(arcs.size()); }

    void minimise(costs_in c, decision_out x) override {
        forward(c);
        std::fill(x.begin(), x.end(), 0.0);
        mark_to(h * w - 1, x);
    }
    void sensitivities(costs_in c, costs_in x, decision_out delta) override {
        forward(c), backward(c);
        for (std::size_t a = 0; a < arcs.size(); ++a) delta[a] = excess(c, via(a, x, c));
    }
    void flips(costs_in c, costs_in x, table& all, decision_out delta) override {
        forward(c), backward(c);
        all.setZero();
        for (std::size_t a = 0; a < arcs.size(); ++a) {
            const std::size_t other = via(a, x, c);
            const decision_out path(&all(Index(a), 0), arcs.size());
            delta[a] = excess(c, other);
            if (other == none) {
                std::copy(x.begin(), x.end(), path.begin());
                continue;
            }
            mark_to(arcs[other].first, path), mark_from(arcs[other].second, path), path[other] = 1;
        }
    }
    long solves_for_flips() const override { return 1; }

    /// What flows out of a node less what flows in.
    table equalities() const override {
        table a = table::Zero(Index(h * w), size());
        for (std::size_t k = 0; k < arcs.size(); ++k) a(Index(arcs[k].first), Index(k)) = 1, a(Index(arcs[k].second), Index(k)) = -1;
        return a;
    }
    std::vector<std::pair<std::size_t, std::size_t>> const& all_arcs() const { return arcs; }

private:
    static constexpr std::size_t none = std::size_t(-1);
    std::size_t h, w;
    std::vector<std::pair<std::size_t, std::size_t>> arcs;  ///< in an order in which a node's incoming arcs precede its outgoing ones
    std::vector<std::vector<std::size_t>> layers;           ///< arcs by the distance of their first node; a path has one of each
    std::vector<double> from_start, to_end;
    std::vector<std::size_t> in, out;

    std::size_t layer(std::size_t a) const { return arcs[a].first / w + arcs[a].first % w; }

    void forward(costs_in c) {
        std::fill(from_start.begin(), from_start.end(), infinity), from_start[0] = 0;
        for (std::size_t a = 0; a < arcs.size(); ++a) {
            auto [u, v] = arcs[a];
            if (const double d = from_start[u] + c[a]; d < from_start[v]) from_start[v] = d, in[v] = a;
        }
    }
    void backward(costs_in c) {
        std::fill(to_end.begin(), to_end.end(), infinity), to_end.back() = 0;
        for (std::size_t a = arcs.size(); a-- > 0;) {
            auto [u, v] = arcs[a];
            if (const double d = c[a] + to_end[v]; d < to_end[u]) to_end[u] = d, out[u] = a;
        }
    }
    double through(costs_in c, std::size_t a) const { return from_start[arcs[a].first] + c[a] + to_end[arcs[a].second]; }
    double excess(costs_in c, std::size_t a) const { return a == none ? infinity : std::fmax(through(c, a) - from_start.back(), 0); }

    /// The arc by which the best path goes that has arc a where x has not, or has not where x has.
    std::size_t via(std::size_t a, costs_in x, costs_in c) const {
        if (x[a] < 0.5) return a;
        std::size_t best = none;
        for (std::size_t b : layers[layer(a)])
            if (b != a && (best == none || through(c, b) < through(c, best))) best = b;
        return best;
    }
    void mark_to(std::size_t node, decision_out x) const {
        for (; node != 0; node = arcs[in[node]].first) x[in[node]] = 1;
    }
    void mark_from(std::size_t node, decision_out x) const {
        for (; node != h * w - 1; node = arcs[out[node]].second) x[out[node]] = 1;
    }
};

}  // namespace decision_focused
