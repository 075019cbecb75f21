// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/black_box.hpp>
#include <string>
#include <vector>

/// \file
/// The rules that are probed, by where they come from.
struct candidate {
    std::string name;
    isotypic::black_box rule;
    std::vector<std::string> expected{};  ///< the marks of wide, tall and square, where they were derived by hand
};

struct source {
    std::string name;
    std::vector<candidate> rules;
    std::string left_out{};  ///< why there are none
};

std::vector<candidate> shipped_parts();
std::vector<candidate> shipped_engines();
source published_rules();
source torch_optimizers();
source dlib_solvers();
