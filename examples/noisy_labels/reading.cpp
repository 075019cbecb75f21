// SPDX-License-Identifier: MIT
#include "reading.hpp"
#include <sstream>
#include <stdexcept>

namespace noisy_labels {

std::vector<std::vector<std::string>> read_csv(std::string const& file, std::size_t fields) {
    std::vector<std::vector<std::string>> all;
    std::istringstream lines(unzipped(file));
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        std::vector<std::string> row;
        std::istringstream cells(line);
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
        if (row.size() != fields)
            throw std::runtime_error(file + ": line " + std::to_string(all.size() + 1) + " has " + std::to_string(row.size()) + " fields, not " +
                                     std::to_string(fields));
        all.push_back(row);
    }
    return all;
}

}  // namespace noisy_labels
