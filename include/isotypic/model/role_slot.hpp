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
template <class T>
struct any_slot {
    std::string name, role, rule;
    bool multiplies;  ///< spends its time in matrix products, each on one thread

    virtual ~any_slot() = default;
    virtual blocks<T> weight() const = 0;
    virtual void step(cpu& device, index_t t, blocks<T const> g) = 0;
    virtual void for_each_state(std::function<void(named_block)> const& f) = 0;
};

template <class Role, class Rule, class T>
struct role_slot final : any_slot<T> {
    role_rule<Role, Rule> const& by;
    slot<Role, Rule, T> mine;

    role_slot(cpu& device, std::string called, role_rule<Role, Rule> const& entry, blocks<T> w) : by(entry), mine(device, entry.rule, w) {
        this->name = std::move(called), this->role = type_name<Role>(), this->rule = type_name<Rule>();
        this->multiplies = detail::multiplies<Rule>();
    }
    blocks<T> weight() const override { return mine.weight; }
    void step(cpu& device, index_t t, blocks<T const> g) override { mine.step(device, by.rule, t, g, by.rate(t), by.decay); }
    void for_each_state(std::function<void(named_block)> const& f) override { mine.for_each_state(f); }
};

template <class Role, class... Entries>
constexpr std::size_t entries_for = (std::size_t(std::is_same_v<typename Entries::role, Role>) + ... + 0);

inline std::uint64_t next_stack() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace detail

}  // namespace isotypic
