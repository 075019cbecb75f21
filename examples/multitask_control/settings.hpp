// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"
#include <filesystem>

namespace multitask_control {

/// What is asked for on the command line.
struct settings {
    std::vector<std::string> names;  ///< of variants
    std::filesystem::path out;
    plan size;
    long threads = 0, stop_after = 0;
    unsigned seed = 1, seeds = 1;
    bool sweep = false, smoke = false;
};

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

}  // namespace multitask_control
