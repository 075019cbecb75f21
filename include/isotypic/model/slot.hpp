// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_finite.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/model/as.hpp>
#include <isotypic/update/apply.hpp>
#include <isotypic/update/fit.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <variant>

/// \file
/// A weight under training: its block, its rule, the rule's state, and the checks that come before a write.
namespace isotypic {

/// A block of state by name, for logs and checkpoints.
template <class Space>
struct basic_named_block {
    std::string name;
    std::variant<blocks<float, Space>, blocks<double, Space>> values;
};
using named_block = basic_named_block<host>;

namespace detail {

/// A gradient for a weight of T.
template <class T, class S = host, class G>
blocks<T const, S> as_gradient(G const& g) {
    static_assert(block_like<G>, "this gradient is not a matrix in memory: evaluate the expression first");
    if constexpr (block_like<G>) {
        auto all = as_blocks(g);
        constexpr bool same = std::is_same_v<typename decltype(all)::value_type, T>;
        static_assert(same, "the gradient's element type is not the weight's: float and double do not mix");
        constexpr bool beside = std::is_same_v<typename decltype(all)::space, S>;
        static_assert(beside, "the gradient lies in another memory than the weight: one is the CPU's, the other a device's");
        if constexpr (same && beside) return all;
    }
    return {};
}

/// Throws, naming the block, unless g has the shape of w and lies where w does or elsewhere.
template <class T, class S>
void require_beside(std::string const& name, blocks<T, S> const& w, std::type_identity_t<blocks<T const, S>> const& g) {
    if (!g.same_shape(blocks<T const, S>(w)))
        throw error("isotypic: block '" + name + "' is " + shape_text(w) + ", its gradient is " + shape_text(g));
    if (!same_place(w, g) && overlap(w, g))
        throw error("isotypic: block '" + name + "' and its gradient share some memory, but not all of it");
}

/// Throws, naming the block, where its gradient holds a number that is not finite. A device that cannot wait for an answer notes it by the
/// block's place, and its step then writes nothing.
template <class T, device D, class S>
void require_finite_gradient(D& device, std::string const& name, blocks<T const, S> const& g, index_t place) {
    if constexpr (requires { note_finite(device, g, place); })
        note_finite(device, g, place);
    else if (!all_finite(device, g))
        throw error("isotypic: the gradient of block '" + name + "' holds an infinity or a NaN");
}

/// The same, and |g|_F to where the device keeps numbers, by one look at g; infinity where it is no double.
template <class T, device D, class S>
void require_norm(D& device, std::string const& name, blocks<T const, S> const& g, index_t place, double* out) {
    if constexpr (requires { note_norm(device, g, place, out); }) {
        note_norm(device, g, place, out);
    } else {
        frobenius_at(device, g, out);
        if (!std::isfinite(*out)) require_finite_gradient(device, name, g, place);
    }
}

/// All that is asked of a gradient.
template <class T, device D, class S>
void require_gradient(D& device, std::string const& name, blocks<T, S> const& w, std::type_identity_t<blocks<T const, S>> const& g) {
    require_beside(name, w, g);
    require_finite_gradient(device, name, g, 0);
}

/// A block of what the rule computes in, in the shape and layout of a weight, that is not read.
template <class T, class S>
blocks<compute<T>, S> computed_like(blocks<T, S> const& w) {
    return dense_like(reinterpret_cast<compute<T>*>(w.first.data), w);
}

/// Rule, state and block, of one role.
template <class Role, class Rule, class T, device Device = cpu>
struct slot {
    using space = typename Device::space;
    using state_type = decltype(init(std::declval<Rule const&>(), std::declval<Device&>(), std::declval<blocks<compute<T>, space> const&>()));

    blocks<T, space> weight;
    state_type state;

    slot(Device& device, Rule const& rule, blocks<T, space> w) : weight(w), state(init(rule, device, computed_like(w))) {
        require_device<Rule, Device>();
    }

    void step(Device& device, Rule const& rule, typename Device::template number<index_t> t, blocks<T const, space> g,
              typename Device::template number<double> rate, weight_decay decay, gradient_factor<typename Device::template number<double>> clip = {}) {
        if (weight.size()) apply_update<Role>(device, rule, state, t, g, weight, rate, decay, clip);
    }
    /// f(named_block) for each block of state.
    template <class F>
    void for_each_state(F const& f) {
        state.for_each([&](auto const& name, auto const& block) { f(basic_named_block<space>{name, block}); });
    }
};

}  // namespace detail
}  // namespace isotypic
