// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// Files of numbers, gzipped or not. Each function throws std::runtime_error, naming the file.

/// The bytes of a file, by gzip, which passes on what is not compressed.
inline std::string unzipped(std::string const& file) {
    if (!std::filesystem::is_regular_file(file)) throw std::runtime_error("there is no file " + file);
    std::string quoted = "'";
    for (char c : file) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    const std::string command = "gzip -dcf -- " + quoted + "'";
    std::string all;
    std::FILE* pipe = popen(command.c_str(), "r");
    char some[1 << 16];
    for (std::size_t n; pipe && (n = std::fread(some, 1, sizeof some, pipe)) > 0;) all.append(some, n);
    if (!pipe || pclose(pipe) != 0) throw std::runtime_error("could not decompress " + file);
    return all;
}

/// IDX: 0, 0, 8 for bytes, the number of axes, each as four bytes with the highest first, then the bytes.
struct idx {
    std::vector<std::int64_t> axes;
    std::string bytes;
};
inline idx read_idx(std::string const& file, std::size_t rank) {
    const std::string all = unzipped(file);
    auto byte = [&](std::size_t i) { return std::int64_t(static_cast<unsigned char>(all[i])); };
    if (all.size() < 4 + 4 * rank || byte(0) || byte(1) || byte(2) != 8 || byte(3) != std::int64_t(rank))
        throw std::runtime_error(file + " is no IDX file of bytes with " + std::to_string(rank) + " axes");
    idx x;
    std::int64_t size = 1;
    for (std::size_t r = 0; r < rank; ++r) {
        const std::size_t at = 4 + 4 * r;
        x.axes.push_back(byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3));
        size *= x.axes.back();
    }
    x.bytes = all.substr(4 + 4 * rank);
    if (std::int64_t(x.bytes.size()) != size)
        throw std::runtime_error(file + " has " + std::to_string(x.bytes.size()) + " bytes where its axes say " + std::to_string(size));
    return x;
}
