// SPDX-License-Identifier: MIT
#pragma once
#include "run.hpp"

namespace sepnorm {

/// Writes curves.csv, report.json and report.html into the folder.
void report(settings const& s, data const& d, std::vector<run> const& runs);

/// How pictures and tables show a side.
std::string colour(std::string const& side);
std::string title(std::string const& side);

}  // namespace sepnorm
