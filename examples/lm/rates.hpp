// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <stdexcept>

/// \file
/// Each optimizer's rates. Their ratios are fixed here; --rate multiplies them and the sweep looks for the factor.
struct rates {
    char const* name;
    double embedding, head, router, attention, mlp, gain;
};

/// An ablation is `muon` with one role treated as in `stack`.
inline constexpr rates all_rates[] = {
    //            embedding  head   router  attention mlp   gain
    {"adamw",     4e-3,      4e-3,  2e-3,   1e-3,     1e-3, 5e-4},
    {"muon",      8e-3,      1e-3,  8e-3,   0.02,     0.02, 8e-3},
    {"stack",     0.2,       0.01,  0.0075, 0.01,     0.02, 4e-3},
    {"embedding", 0.2,       1e-3,  8e-3,   0.02,     0.02, 8e-3},
    {"head",      8e-3,      0.01,  8e-3,   0.02,     0.02, 8e-3},
    {"router",    8e-3,      1e-3,  0.0075, 0.02,     0.02, 8e-3},
    {"mlp",       8e-3,      1e-3,  8e-3,   0.02,     0.02, 8e-3},
};

inline constexpr std::pair<char const*, double rates::*> all_roles[] = {{"embedding", &rates::embedding}, {"head", &rates::head}, {"router", &rates::router},
                                                                        {"attention", &rates::attention}, {"mlp", &rates::mlp},   {"gain", &rates::gain}};

/// With the factors that were asked for.
inline rates rates_of(std::string const& name, settings const& s) {
    for (rates r : all_rates)
        if (r.name == name) {
            for (auto [role, rate] : all_roles) r.*rate *= s.rate * (s.times.count(role) ? s.times.at(role) : 1);
            return r;
        }
    throw std::runtime_error("no optimizer " + name);
}

/// By role; a dense model has no router.
inline nlohmann::json rates_json(std::string const& name, settings const& s) {
    nlohmann::json j;
    for (auto [role, rate] : all_roles)
        if (s.model == "moe" || rate != &rates::router) j[role] = rates_of(name, s).*rate;
    return j;
}
