// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <nn/weights.hpp>
#include <iosfwd>
#include <memory>

/// \file
/// The optimizers by name, behind one door.
struct optimizer {
    virtual ~optimizer() = default;
    /// One step of every weight, with the gradients as they are.
    virtual void step() = 0;
    virtual void save(std::ostream&) const = 0;
    virtual void load(std::istream&) = 0;
};

/// `w`, `g` and `pool` must outlive it; its rates rise over 3 % of the steps and fall to 0 over the last 40 %.
std::unique_ptr<optimizer> make_optimizer(std::string const& name, settings const& s, nn::weights<float>& w, nn::weights<float>& g,
                                          isotypic::thread_pool& pool);
