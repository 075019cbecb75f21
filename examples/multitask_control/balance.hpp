// SPDX-License-Identifier: MIT
#pragma once
#include "streams.hpp"
#include <isotypic/critic/combiner.hpp>
#include <memory>

/// \file
/// A rule that makes one gradient of those of all tasks, chosen by a switch.
namespace multitask_control {

class balance {
public:
    virtual ~balance() = default;
    /// From tasks x p gradients, p numbers.
    virtual void combine(matrix<float> const& gradients, matrix<float>& to) = 0;
};

template <class Rule>
class balance_by final : public balance {
public:
    balance_by(Rule rule, Index tasks) : by(rule, tasks) {}
    void combine(matrix<float> const& gradients, matrix<float>& to) override { by.combine(gradients, to); }

private:
    isotypic::combiner<Rule> by;
};

template <class Rule>
std::unique_ptr<balance> balanced_by(Rule rule, Index tasks) {
    return std::make_unique<balance_by<Rule>>(std::move(rule), tasks);
}

}  // namespace multitask_control
