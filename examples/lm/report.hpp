// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

/// Writes curves.csv, report.json and report.html into the folder.
void report(settings const& s, text const& t, std::vector<run> const& runs);

/// How pictures show an optimizer.
std::string colour(std::string const& optimizer);
std::string title(std::string const& optimizer);
