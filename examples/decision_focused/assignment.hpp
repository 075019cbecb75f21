// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"

namespace decision_focused {

/// Each of n rows gets a column of its own, by the Hungarian method with shortest augmenting paths; x is row-major.
class assignment final : public problem {
public:
    explicit assignment(Index rows) : n(std::size_t(rows)) {}

    Index size() const override { return Index(n * n); }

    void minimise(costs_in c, decision_out x) override {
        row_of.assign(n + 1, 0);
        std::vector<double> u(n + 1, 0.0), v(n + 1, 0.0);
        std::vector<std::size_t> way(n + 1);
        for (std::size_t i = 1; i <= n; ++i) {
            row_of[0] = i;
            std::vector<double> slack(n + 1, infinity);
            std::vector<bool> done(n + 1, false);
            std::size_t at = 0;
            do {
                done[at] = true;
                double step = infinity;
                std::size_t next = 0;
                for (std::size_t j = 1; j <= n; ++j) {
                    if (done[j]) continue;
                    const double reduced = c[(row_of[at] - 1) * n + j - 1] - u[row_of[at]] - v[j];
                    if (reduced < slack[j]) slack[j] = reduced, way[j] = at;
                    if (slack[j] < step) step = slack[j], next = j;
                }
                for (std::size_t j = 0; j <= n; ++j)
                    if (done[j]) u[row_of[j]] += step, v[j] -= step;
                    else slack[j] -= step;
                at = next;
            } while (row_of[at] != 0);
            for (; at != 0; at = way[at]) row_of[at] = row_of[way[at]];
        }
        std::fill(x.begin(), x.end(), 0.0);
        for (std::size_t j = 1; j <= n; ++j) x[(row_of[j] - 1) * n + j - 1] = 1;
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
    std::vector<std::size_t> row_of;
};

}  // namespace decision_focused
