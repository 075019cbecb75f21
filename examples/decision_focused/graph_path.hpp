// SPDX-License-Identifier: MIT
#pragma once
#include "problem.hpp"
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dag_shortest_paths.hpp>
#include <stdexcept>

namespace decision_focused {

/// The shortest path over any directed graph without cycles, by Boost.Graph; costs may be negative. An arc is the only one between its nodes.
class graph_path final : public problem {
public:
    graph_path(std::size_t nodes, std::vector<std::pair<std::size_t, std::size_t>> const& arcs, std::size_t from, std::size_t to)
        : graph(nodes), source(from), target(to), before(nodes) {
        for (std::size_t k = 0; k < arcs.size(); ++k) boost::add_edge(arcs[k].first, arcs[k].second, k, graph);
    }

    Index size() const override { return Index(boost::num_edges(graph)); }

    void minimise(costs_in c, decision_out x) override {
        const auto number = boost::get(boost::edge_index, graph);
        boost::dag_shortest_paths(graph, source, boost::weight_map(boost::make_iterator_property_map(c.begin(), number)).predecessor_map(before.data()));
        std::fill(x.begin(), x.end(), 0.0);
        for (std::size_t at = target; at != source; at = before[at]) {
            if (before[at] == at) throw std::runtime_error("no path to the target");
            x[number[boost::edge(before[at], at, graph).first]] = 1;
        }
    }

private:
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, boost::property<boost::edge_index_t, std::size_t>> graph;
    std::size_t source, target;
    std::vector<std::size_t> before;
};

}  // namespace decision_focused
