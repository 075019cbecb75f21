// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace decision_focused {

/// What is decided and learned, and for how long.
struct task {
    std::string problem;
    long rows, columns;  ///< of the grid; items and dimensions; nodes or rows, and 0
    int degree;
    long features = 5, train = 1000, test = 1000, epochs = 20;
    double capacity = 20;  ///< of a knapsack, in each dimension

    std::string size() const { return std::to_string(rows) + (columns ? " x " + std::to_string(columns) : ""); }
    std::string name() const { return problem + " " + size() + ", degree " + std::to_string(degree); }
};

/// What is asked for on the command line.
struct settings {
    std::string problem = "shortest_path";
    std::vector<std::string> losses;
    std::filesystem::path out;
    int degree = 4;
    bool sweep = false, scale = false, smoke = false;
    long threads = 0, stop_after = 0;
    unsigned seed = 42, seeds = 5;

    /// Of a single comparison.
    task one() const;
    /// Of the sweep, a problem's degrees side by side.
    std::vector<std::vector<task>> all() const;
};

inline std::vector<std::string> problem_names() { return {"shortest_path", "knapsack", "tours", "assignment"}; }

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

}  // namespace decision_focused
