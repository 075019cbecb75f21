// SPDX-License-Identifier: MIT
#pragma once
#include "sweep.hpp"
#include <training/spread.hpp>

namespace noisy_labels {

/// Lines of a table in Markdown: mean +- deviation in percent, the best of each column bold.
std::string rows(std::vector<std::string> const& names, std::vector<std::vector<spread>> const& by_name);

/// For each task its accuracies, what they say of our losses, and what was chosen.
std::string tables(comparison const& c);
/// Accuracy against symmetric noise, a panel a task.
std::string picture(comparison const& c);

}  // namespace noisy_labels
