// SPDX-License-Identifier: MIT
#include "assignment.hpp"
#include "data.hpp"
#include "glpk_tours.hpp"
#include "grid.hpp"
#include "knapsack.hpp"
#include "tours.hpp"

namespace decision_focused {

std::unique_ptr<problem> make(task const& t, table const& weights) {
    if (t.problem == "shortest_path") return std::make_unique<grid>(t.rows, t.columns);
    if (t.problem == "tours" && t.rows > 12) return std::make_unique<glpk_tours>(t.rows);
    if (t.problem == "tours") return std::make_unique<tours>(t.rows);
    if (t.problem == "assignment") return std::make_unique<assignment>(t.rows);
    if (weights.rows() == 1) return std::make_unique<long_knapsack>(weights, t.capacity);
    return std::make_unique<knapsack>(weights, t.capacity);
}

data draw(task const& t, unsigned seed) {
    const recipe r{t.train + t.test, t.features, t.degree, 0.5, seed};
    const bool gains = t.problem == "knapsack";
    const generated all = t.problem == "shortest_path" ? powers(r, grid_arcs(t.rows, t.columns))
                          : gains                      ? knapsack_values(r, t.rows, t.columns)
                          : t.problem == "tours"       ? tour_costs(r, t.rows)
                                                       : powers(r, t.rows * t.rows);
    parts drawn = split(all, std::size_t(t.test), seed);
    const auto to = gains ? isotypic::sense::maximise : isotypic::sense::minimise;
    const auto solver = make(t, all.weights);
    isotypic::cost_instances test(drawn.test_costs, *solver, to);
    return {std::move(drawn), all.weights, to, std::move(test)};
}

}  // namespace decision_focused
