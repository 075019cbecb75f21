// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace noisy_labels {

/// What is trained on what, and for how long.
struct task {
    std::string data, net;
    long epochs;

    std::string name() const { return data + "-" + net; }
};
inline bool operator==(task const& a, task const& b) { return a.name() == b.name() && a.epochs == b.epochs; }

inline const std::vector<task> tasks{{"fashion", "mlp", 15}, {"fashion", "conv", 15}, {"letters", "mlp", 20}, {"digits", "conv", 40}};
inline const std::vector<task> smoke_tasks{{"drawn", "mlp", 8}, {"drawn", "conv", 8}};

/// What is asked for on the command line.
struct settings {
    std::string data = "fashion", net, letters, digits;
    std::vector<std::string> losses;
    std::filesystem::path out;
    int noise = 60;  ///< percent
    bool asymmetric = false, sweep = false, generated = false, smoke = false;
    long threads = 0, stop_after = 0;
    unsigned seed = 1, seeds = 3;

    /// Of a single comparison. Throws std::runtime_error where there is none of this data and net.
    task one() const;
};

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

}  // namespace noisy_labels
