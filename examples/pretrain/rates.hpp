// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

/// \file
/// Each optimizer's rates, of which --rate and the sweep multiply all: those of examples/lm, which were tuned for `plain` on another text.
struct rates {
    char const* name;
    double embedding, head, attention, mlp, gain;
};

inline constexpr rates all_rates[] = {
    //       embedding head  attention mlp gain
    {"adamw", 4e-3, 4e-3, 1e-3, 1e-3, 5e-4},
    {"stack", 0.2, 0.01, 0.01, 0.02, 4e-3},
};

inline rates rates_named(std::string const& name) {
    for (rates const& r : all_rates)
        if (r.name == name) return r;
    throw std::runtime_error("no optimizer " + name);
}

inline void to_json(nlohmann::json& j, rates const& r) {
    j = {{"embedding", r.embedding}, {"head", r.head}, {"attention", r.attention}, {"mlp", r.mlp}, {"gain", r.gain}};
}
