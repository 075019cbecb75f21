// SPDX-License-Identifier: MIT
#include <zoo/faults.hpp>

template std::vector<zoo::base<float>> zoo::bases<float>();
template std::vector<zoo::base<double>> zoo::bases<double>();
template std::vector<zoo::fault<float>> zoo::faults<float>();
template std::vector<zoo::fault<double>> zoo::faults<double>();
