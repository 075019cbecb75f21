// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/symmetry.hpp>
#include <isotypic/model/role_decay.hpp>
#include <isotypic/model/schedule.hpp>
#include <isotypic/model/slot.hpp>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

/// \file
/// What a layerwise stack keeps: a rule a role, and for each block a slot that has forgotten its types.
namespace isotypic {

/// A role's rule, rate and decay; rate and decay may change between steps.
template <class Role, class Rule>
struct role_rule {
    using role = Role;
    Rule rule;
    schedule rate;
    decay_of<Role> decay;
};

/// See the file's comment. Does not compile where the rule does not commute with the role's group, or where a role that never decays is
/// given a decay; `on<scale_out>(rule, rate, unchecked(decay))` is the deliberate exception.
template <class Role, class Rule>
role_rule<Role, Rule> on(Rule rule, schedule rate) {
    detail::require_fit<Rule, Role>();
    return {std::move(rule), std::move(rate), {}};
}
template <class Role, class Rule, class Decay = weight_decay>
role_rule<Role, Rule> on(Rule rule, schedule rate, Decay decay) {
    detail::require_fit<Rule, Role>();
    return {std::move(rule), std::move(rate), detail::allowed_decay<Role>(decay)};
}

namespace detail {

/// A slot whose role and rule are forgotten.
template <class T, device Device = cpu>
struct any_slot {
    using space = typename Device::space;
    std::string name, role, rule;
    index_t place;    ///< of the role among the stack's
    bool multiplies;  ///< spends its time in matrix products, each on one thread

    virtual ~any_slot() = default;
    virtual blocks<T, space> weight() const = 0;
    /// Step t; `counted` is its number where the device keeps it.
    virtual void step(Device& device, index_t t, typename Device::template number<index_t> counted, blocks<T const, space> g,
                      gradient_factor<typename Device::template number<double>> clip) = 0;
    virtual void for_each_state(std::function<void(basic_named_block<space>)> const& f) = 0;
};

template <class Role, class Rule, class T, device Device = cpu>
struct role_slot final : any_slot<T, Device> {
    using base = any_slot<T, Device>;
    role_rule<Role, Rule> const& by;
    slot<Role, Rule, T, Device> mine;

    role_slot(Device& device, std::string called, role_rule<Role, Rule> const& entry, blocks<T, typename base::space> w, index_t place_ = 0)
        : by(entry), mine(device, entry.rule, w) {
        this->place = place_, this->name = std::move(called), this->role = type_name<Role>(), this->rule = type_name<Rule>();
        this->multiplies = detail::multiplies<Rule>();
    }
    blocks<T, typename base::space> weight() const override { return mine.weight; }
    void step(Device& device, index_t t, typename Device::template number<index_t> counted, blocks<T const, typename base::space> g,
              gradient_factor<typename Device::template number<double>> clip) override {
        mine.step(device, by.rule, counted, g, device.keep(this->place, by.rate(t)), by.decay, clip);
    }
    void for_each_state(std::function<void(basic_named_block<typename base::space>)> const& f) override { mine.for_each_state(f); }
};

template <class Role, class... Entries>
constexpr std::size_t entries_for = (std::size_t(std::is_same_v<typename Entries::role, Role>) + ... + 0);

inline std::uint64_t next_stack() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace detail

}  // namespace isotypic
