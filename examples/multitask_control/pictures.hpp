// SPDX-License-Identifier: MIT
#pragma once
#include "sweep.hpp"

namespace multitask_control {

/// Success of all tasks and of the worst over training, with the range over seeds.
std::string success_picture(std::vector<compared> const& all);
/// Condition numbers over training.
std::string gradient_picture(std::vector<compared> const& all);

}  // namespace multitask_control
