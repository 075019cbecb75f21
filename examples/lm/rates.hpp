// SPDX-License-Identifier: MIT
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// Each optimizer's rates. Their ratios are fixed here; --rate multiplies them and the sweep looks for the factor.
struct rates {
    char const* name;
    double embedding, head, router, attention, mlp, gain;
};

/// An ablation is `muon` with one role treated as in `stack`.
inline constexpr rates all_rates[] = {
    //            embedding  head   router attention mlp    gain
    {"adamw",     1e-3,      1e-3,  1e-3,  1e-3,     1e-3,  1e-3},
    {"muon",      2e-3,      2e-3,  2e-3,  0.02,     0.02,  2e-3},
    {"stack",     0.1,       0.01,  0.015, 0.02,     0.02,  2e-3},
    {"embedding", 0.1,       2e-3,  2e-3,  0.02,     0.02,  2e-3},
    {"head",      2e-3,      0.01,  2e-3,  0.02,     0.02,  2e-3},
    {"router",    2e-3,      2e-3,  0.015, 0.02,     0.02,  2e-3},
    {"mlp",       2e-3,      2e-3,  2e-3,  0.02,     0.02,  2e-3},
};

inline rates rates_of(std::string const& name) {
    for (auto const& r : all_rates)
        if (r.name == name) return r;
    throw std::runtime_error("no optimizer " + name);
}
