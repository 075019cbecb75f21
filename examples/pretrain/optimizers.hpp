// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <training/optimizer.hpp>

/// On the device of the settings, which may take a copy of `w` when this is called. `w`, `g` and `pool` must outlive it; its rates rise over
/// 3 % of the steps and fall to 0 over the last 40 %. Every weight that decays loses the same share in a step, variant::decay times the
/// schedule, whatever its rate.
std::unique_ptr<optimizer> make_optimizer(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g,
                                          isotypic::thread_pool& pool);

/// Weights, gradients and state in a GPU's memory: optimizers_cuda.cu, which is not in every build.
std::unique_ptr<optimizer> make_optimizer_on_gpu(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g);
