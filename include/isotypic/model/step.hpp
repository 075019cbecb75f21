// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/schedule.hpp>
#include <isotypic/model/slot.hpp>
#include <isotypic/update/update_for.hpp>

/// \file
/// One step without memory: W <- W - rate U(G), with the update that the block's role picks.
///
///     step(as<embedding>(E), dE, 0.5f);       // E_i <- E_i - 0.5 dE_i / |dE_i|
namespace isotypic {

/// See the file's comment. A rule of one's own may follow; one with memory wants an `optimizer`. Throws
/// isotypic::error and changes nothing if the gradient has another shape, overlaps the weight in part, or
/// is not finite.
template <class Role, class T, class S, class G, class Rule = update_for<Role>>
void step(typed_block<Role, T, S> w, G const& gradient, double rate, Rule const& rule = {}) {
    detail::require_fit<Rule, Role>();
    if constexpr (part<Rule>) {
        using slot = detail::slot<Role, Rule, T, device_of<S>>;
        static_assert(!detail::remembers<typename slot::state_type>(), "this rule remembers past gradients: keep it in an optimizer");
        device_of<S> device;
        slot one(device, rule, w.all);
        const blocks<T const, S> g = detail::as_gradient<T, S>(gradient);
        auto open = device.open_step();
        detail::require_gradient(device, type_name<Role>(), w.all, g);
        detail::finite_rate<Role>(rate);
        one.step(device, rule, device.count_step(1), g, device.keep(0, rate), {});
        open.close();
    }
}

/// A weight alone does not say what acts on it.
template <matrix W, class G, class... More>
void step(W&&, G const&, double, More const&...) {
    static_assert(detail::always_false<W>, "what acts on this weight? say its role: step(as<role>(W), gradient, rate)");
}

}  // namespace isotypic
