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
template <class Role, class Rule, class T, device Device = cpu>
class optimizer {
    using space = typename Device::space;

public:
    schedule rate;
    decay_of<Role> decay;

    /// Does not compile where the rule does not commute with the role's group, or where a role that never decays is given a decay.
    optimizer(typed_block<Role, T, space> w, Rule r, schedule rate_) : optimizer(w, std::move(r), std::move(rate_), decay_of<Role>{}) {}
    template <class Decay = weight_decay>
    optimizer(typed_block<Role, T, space> w, Rule r, schedule rate_, Decay decay_, Device on = {})
        : rate(std::move(rate_)), decay(detail::allowed_decay<Role>(decay_)), rule(std::move(r)), device(std::move(on)), slot(device, rule, w.all) {
        detail::require_fit<Rule, Role>();
    }

    /// W <- W - rate(t) U(dW), t = 1, 2, ... Throws isotypic::error, and changes neither weight nor state, if
    /// the gradient has another shape, overlaps the weight in part, or is not finite, or if the rate is not.
    template <class G>
    void step(G const& gradient) {
        const blocks<T const, space> g = detail::as_gradient<T, space>(gradient);
        auto open = device.open_step();
        detail::require_gradient(device, name, slot.weight, g);
        const index_t t = steps_done + 1;
        const double now = detail::finite_rate<Role>(rate(t));
        slot.step(device, rule, device.count_step(t), g, device.keep(0, now), decay);
        open.close();
        if (!device.capturing()) steps_done = t;
    }
    /// Before each launch of a captured step: counts it, and puts its rate where the graph reads it. The decay stays the captured one.
    void before_replay()
        requires(!std::is_same_v<space, host>)
    {
        device.keep(0, detail::finite_rate<Role>(rate(steps_done + 1)));
        ++steps_done;
    }

    index_t steps() const { return steps_done; }
    /// Where the steps run; on a GPU its `status()` says what became of them.
    Device const& on() const { return device; }
    /// f(named_block) for each block that the rule remembers.
    template <class F>
    void for_each_state(F const& f) {
        slot.for_each_state(f);
    }

private:
    Rule rule;
    Device device;
    detail::slot<Role, Rule, T, Device> slot;
    index_t steps_done = 0;
    std::string name = type_name<Role>();
};

template <class Role, class T, class S, class Rule, class... More>
optimizer(typed_block<Role, T, S>, Rule, More...) -> optimizer<Role, Rule, T, device_of<S>>;

}  // namespace isotypic
