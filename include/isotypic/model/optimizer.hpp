// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/role_decay.hpp>
#include <isotypic/model/schedule.hpp>
#include <isotypic/model/slot.hpp>

/// \file
/// One weight, one rule, and what the rule remembers.
///
///     optimizer opt(as<lm_head>(W), momentum{.beta = 0.95} | centre{} | row_norm{} | centre{}, 0.005);
///     opt.step(dW);
namespace isotypic {

/// See the file's comment. Rate and decay may change between steps. The weight's memory must outlive the
/// optimizer and stay where it is.
template <class Role, class Rule, class T>
class optimizer {
public:
    schedule rate;
    decay_of<Role> decay;

    /// Does not compile where the rule does not commute with the role's group, or where a role that never decays is given a decay.
    optimizer(typed_block<Role, T> w, Rule r, schedule rate_) : optimizer(w, std::move(r), std::move(rate_), decay_of<Role>{}) {}
    template <class Decay = weight_decay>
    optimizer(typed_block<Role, T> w, Rule r, schedule rate_, Decay decay_, cpu on = {})
        : rate(std::move(rate_)), decay(detail::allowed_decay<Role>(decay_)), rule(std::move(r)), device(std::move(on)), slot(device, rule, w.all) {
        detail::require_fit<Rule, Role>();
    }

    /// W <- W - rate(t) U(dW), t = 1, 2, ... Throws isotypic::error, and changes neither weight nor state, if
    /// the gradient has another shape, overlaps the weight in part, or is not finite.
    template <class G>
    void step(G const& gradient) {
        const blocks<T const> g = detail::as_gradient<T>(gradient);
        detail::require_gradient<T>(device, name, slot.weight, g);
        const index_t t = steps_done + 1;
        slot.step(device, rule, t, g, rate(t), decay);
        steps_done = t;
    }

    index_t steps() const { return steps_done; }
    /// f(named_block) for each block that the rule remembers.
    template <class F>
    void for_each_state(F const& f) {
        slot.for_each_state(f);
    }

private:
    Rule rule;
    cpu device;
    detail::slot<Role, Rule, T> slot;
    index_t steps_done = 0;
    std::string name = type_name<Role>();
};

}  // namespace isotypic
