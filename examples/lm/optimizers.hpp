// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <training/optimizer.hpp>
#include <nn/weights.hpp>

/// The optimizers by name. `w`, `g` and `pool` must outlive it; its rates rise over 3 % of the steps and fall to 0 over the last 40 %.
std::unique_ptr<optimizer> make_optimizer(std::string const& name, settings const& s, nn::weights<float>& w, nn::weights<float>& g,
                                          isotypic::thread_pool& pool);
