// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/as.hpp>
#include <isotypic/update/apply.hpp>
#include <isotypic/update/fit.hpp>
#include <isotypic/update/fused_adam.hpp>
#include <isotypic/update/fused_centred.hpp>
#include <isotypic/update/fused_rows.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <variant>

/// \file
/// A weight under training: its block, its rule, the rule's state, and the checks that come before a write.
namespace isotypic {

/// A block of state by name, for logs and checkpoints.
struct named_block {
    std::string name;
    std::variant<blocks<float>, blocks<double>> values;
};

namespace detail {

/// A gradient for a weight of T.
template <class T, class G>
blocks<T const> as_gradient(G const& g) {
    static_assert(block_like<G>, "this gradient is not a matrix in memory: evaluate the expression first");
    if constexpr (block_like<G>) {
        auto all = as_blocks(g);
        constexpr bool same = std::is_same_v<typename decltype(all)::value_type, T>;
        static_assert(same, "the gradient's element type is not the weight's: float and double do not mix");
        if constexpr (same) return all;
    }
    return {};
}

/// Throws, naming the block, unless g is a gradient for w.
template <class T>
void require_gradient(cpu& device, std::string const& name, blocks<T> const& w, blocks<T const> const& g) {
    if (!g.same_shape(blocks<T const>(w)))
        throw error("isotypic: block '" + name + "' is " + shape_text(w) + ", its gradient is " + shape_text(g));
    if (!same_place(w, g) && overlap(w, g))
        throw error("isotypic: block '" + name + "' and its gradient share some memory, but not all of it");
    if (!all_finite(device, g)) throw error("isotypic: the gradient of block '" + name + "' holds an infinity or a NaN");
}

/// Rule, state and block, of one role.
template <class Role, class Rule, class T>
struct slot {
    using state_type = decltype(init(std::declval<Rule const&>(), std::declval<cpu&>(), std::declval<blocks<T> const&>()));

    blocks<T> weight;
    state_type state;

    slot(cpu& device, Rule const& rule, blocks<T> w) : weight(w), state(init(rule, device, w)) {}

    void step(cpu& device, Rule const& rule, index_t t, blocks<T const> g, double rate, weight_decay decay) {
        if (weight.size()) apply_update<Role>(device, rule, state, t, g, weight, rate, decay);
    }
    /// f(named_block) for each block of state.
    template <class F>
    void for_each_state(F const& f) {
        state.for_each([&](auto const& name, auto const& block) { f(named_block{name, block}); });
    }
};

}  // namespace detail
}  // namespace isotypic
