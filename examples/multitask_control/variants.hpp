// SPDX-License-Identifier: MIT
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// What is compared: multi-task PPO, and what is changed in it.
namespace multitask_control {

struct variant {
    std::string name, title, colour;
    bool pop_art = false;     ///< returns in units of each task's own, for the critic
    bool advantages = false;  ///< standardised for each task, not over all of them
    bool layer_norm = false;  ///< in the critic, before the activation
    bool fair_grad = false;   ///< the critic's gradients are combined by it
    bool pcgrad = false;      ///< the actor's are
};

inline const std::vector<variant> variants{
    {.name = "plain", .title = "plain PPO", .colour = "#5b6067"},
    {.name = "advantages", .title = "advantages", .colour = "#1d97a8", .advantages = true},
    {.name = "pop_art", .title = "PopArt", .colour = "#2f6fd6", .pop_art = true},
    {.name = "pop_art_advantages", .title = "both of these", .colour = "#7a5c1e", .pop_art = true, .advantages = true},
    {.name = "layer_norm", .title = "layer norm", .colour = "#c2681b", .layer_norm = true},
    {.name = "fair_grad", .title = "FairGrad", .colour = "#2c9a62", .fair_grad = true},
    {.name = "pcgrad", .title = "PCGrad", .colour = "#9a4fc0", .pcgrad = true},
    {.name = "whole", .title = "the whole", .colour = "#c8324a", .pop_art = true, .advantages = true, .layer_norm = true, .fair_grad = true, .pcgrad = true},
};

inline variant const& variant_named(std::string const& name) {
    for (variant const& v : variants)
        if (v.name == name) return v;
    throw std::logic_error("no variant " + name);
}

}  // namespace multitask_control
