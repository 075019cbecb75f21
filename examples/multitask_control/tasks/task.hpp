// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <memory>
#include <span>
#include <vector>

/// \file
/// Control tasks of at most 8 observations and 2 actions for one policy to learn together.
namespace multitask_control {

using isotypic::random_stream;

constexpr int most_observations = 8, most_actions = 2;

struct outcome {
    double reward;
    bool terminated;  ///< The state is absorbing: a crash, or a goal that ends it. Time limits are the caller's, and truncate.
};

class task {
public:
    virtual ~task() = default;
    virtual char const* name() const = 0;
    virtual int observations() const = 0;
    virtual int actions() const = 0;
    virtual int limit() const = 0;  ///< steps of an episode that does not terminate
    virtual void reset(random_stream&) = 0;
    /// Each action is clipped to [-1, 1]. The same start and actions give the same bits; chance is in reset alone.
    virtual outcome step(std::span<double const> action) = 0;
    virtual void observe(std::span<double>) const = 0;  ///< about unit scale
    virtual bool success() const = 0;                   ///< to be asked when an episode has ended
    virtual double scale() const { return 1; }          ///< what the rewards of the task, of order 1, are multiplied by
};

/// In a fixed order, each with its scale.
std::vector<std::unique_ptr<task>> all_tasks();

}  // namespace multitask_control
