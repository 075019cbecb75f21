// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <vector>

/// Mean and standard deviation over seeds.
struct spread {
    double mean = 0, deviation = 0;
};

inline spread over(std::vector<double> const& x) {
    spread s;
    const double n = double(x.size());
    for (double y : x) s.mean += y / n;
    for (double y : x) s.deviation += (y - s.mean) * (y - s.mean);
    s.deviation = n > 1 ? std::sqrt(s.deviation / (n - 1)) : 0;
    return s;
}
