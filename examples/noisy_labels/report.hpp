// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"

namespace noisy_labels {

/// A loss with settings that need no tuning, for a single comparison.
experiment usual(std::string const& name);

/// Trains each loss asked for at one level of noise, writes curves.csv, report.json and report.html into OUT and prints a table.
/// Returns false when interrupted.
bool compare(settings const& s);

}  // namespace noisy_labels
