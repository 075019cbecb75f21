// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"
#include <utility>

/// Writes curves.csv, report.json and curves.svg into the folder.
void report(settings const& s, text const& t, std::vector<std::pair<variant, run>> const& runs);
