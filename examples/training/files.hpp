// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

/// \file
/// Whole files at once. Each throws std::runtime_error, naming the file.

/// Makes folders as needed.
inline void write(std::filesystem::path const& file, std::string const& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream to(file, std::ios::binary);
    to << content;
    to.close();
    if (!to) throw std::runtime_error("could not write " + file.string());
}

inline std::string read_all(std::filesystem::path const& file) {
    std::ifstream from(file, std::ios::binary);
    if (!from) throw std::runtime_error("could not read " + file.string());
    return {std::istreambuf_iterator<char>(from), {}};
}

/// Puts content between the lines `<!-- mark -->` and `<!-- end of mark -->`.
inline void replace_between(std::filesystem::path const& file, std::string const& mark, std::string const& content) {
    std::string all = read_all(file);
    const std::string begin = "<!-- " + mark + " -->\n", end = "<!-- end of " + mark + " -->";
    const auto from = all.find(begin), to = all.find(end);
    if (from == all.npos || to == all.npos) throw std::runtime_error(file.string() + " has no marks for " + mark);
    all.replace(from + begin.size(), to - from - begin.size(), content);
    write(file, all);
}
