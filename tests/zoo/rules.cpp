// SPDX-License-Identifier: MIT
#include <zoo/rules.hpp>

template std::vector<zoo::entry<float>> zoo::rules<float>();
template std::vector<zoo::entry<double>> zoo::rules<double>();
