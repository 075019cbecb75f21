// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

/// \file
/// A file with a line of JSON for everything that is done, to go on from.

/// f(line) for each whole line; makes the folder where there is none, and ends a line that was cut short.
template <class F>
void read_lines(std::filesystem::path const& file, F const& f) {
    std::filesystem::create_directories(file.parent_path());
    std::ifstream from(file);
    bool cut = false;
    for (std::string text; std::getline(from, text);) {
        auto j = nlohmann::json::parse(text, nullptr, false);
        cut = j.is_discarded();
        if (!cut) f(j);
    }
    from.close();
    if (cut) std::ofstream(file, std::ios::app) << "\n";
}
