// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"

namespace decision_focused {

/// Trains each loss asked for once, at settings that need no tuning, writes regret.svg and report.json into OUT and prints a table.
/// Returns false when interrupted.
bool compare(settings const& s);

}  // namespace decision_focused
