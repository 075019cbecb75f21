// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// NumPy's .npy files (version 1, little-endian float32 or float64, C order) and the tables beside them.
namespace golden {

struct array {
    std::vector<std::ptrdiff_t> shape;
    std::vector<double> values;
};

/// The file at tests/golden/`path`.
inline array load(std::string const& path) {
    std::ifstream file("golden/" + path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.size() < 10) throw std::runtime_error("tests/golden/" + path + " cannot be read: run the tests in tests/");
    const std::size_t begin = 10 + std::size_t(std::uint8_t(bytes[8])) + 256 * std::size_t(std::uint8_t(bytes[9]));
    const std::string header = bytes.substr(10, begin - 10);
    array a;
    std::istringstream numbers(header.substr(header.find("'shape': (") + 10));
    for (std::ptrdiff_t n; numbers >> n; numbers.ignore()) a.shape.push_back(n);
    const std::size_t width = header.find("<f8") != std::string::npos ? 8 : 4;
    for (std::size_t at = begin; at + width <= bytes.size(); at += width) {
        double d;
        float f;
        width == 8 ? std::memcpy(&d, &bytes[at], 8) : std::memcpy(&f, &bytes[at], 4);
        a.values.push_back(width == 8 ? d : double(f));
    }
    return a;
}

/// Rows of a tab-separated file by column name.
inline std::vector<std::map<std::string, std::string>> table(std::string const& path) {
    std::ifstream file("golden/" + path);
    auto cells = [](std::string const& line) {
        std::vector<std::string> v;
        std::istringstream s(line);
        for (std::string cell; std::getline(s, cell, '\t');) v.push_back(cell);
        return v;
    };
    std::string line;
    std::getline(file, line);
    const auto names = cells(line);
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(file, line)) {
        auto v = cells(line);
        v.resize(names.size());
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = v[i];
    }
    if (rows.empty()) throw std::runtime_error("tests/golden/" + path + " cannot be read: run the tests in tests/");
    return rows;
}

}  // namespace golden
