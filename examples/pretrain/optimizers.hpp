// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <training/optimizer.hpp>

/// `w`, `g` and `pool` must outlive it; its rates rise over 3 % of the steps and fall to 0 over the last 40 %. Every weight that decays
/// loses the same share in a step, variant::decay times the schedule, whatever its rate.
std::unique_ptr<optimizer> make_optimizer(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g,
                                          isotypic::thread_pool& pool);
