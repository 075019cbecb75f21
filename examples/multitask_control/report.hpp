// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"

namespace multitask_control {

/// Trains each variant asked for, writes success.svg, gradients.svg and report.json into OUT and prints a table.
/// Returns false when interrupted.
bool compare(settings const& s);

}  // namespace multitask_control
