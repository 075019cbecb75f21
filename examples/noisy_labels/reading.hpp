// SPDX-License-Identifier: MIT
#pragma once
#include <training/idx.hpp>
#include <string>
#include <vector>

/// \file
/// Lines of fields in a file, gzipped or not. Throws std::runtime_error, naming the file.
namespace noisy_labels {

/// The fields of each line, as many in each.
std::vector<std::vector<std::string>> read_csv(std::string const& file, std::size_t fields);

}  // namespace noisy_labels
