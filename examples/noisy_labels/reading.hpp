// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <string>
#include <vector>

/// \file
/// Files of numbers, gzipped or not. Each function throws std::runtime_error, naming the file.
namespace noisy_labels {

using nn::Index;
using nn::matrix;

/// IDX, as Fashion-MNIST has it: bytes with axes.
struct idx {
    std::vector<Index> axes;
    std::string bytes;
};
idx read_idx(std::string const& file, std::size_t rank);

/// The fields of each line, as many in each.
std::vector<std::vector<std::string>> read_csv(std::string const& file, std::size_t fields);

}  // namespace noisy_labels
