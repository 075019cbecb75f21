// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/shift.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/matrix/blocks.hpp>
#include <cmath>

/// \file
/// A part of an update rule: a map from a block to a block that says what it commutes with.
///
///     struct my_part {
///         using commutes_with = symmetry<permutation, orthogonal>;      // f(g X h') = g f(X) h'
///         static constexpr shift_law row_shift{.blind = true};          // optional
///         static constexpr bool any_device = true;                      // optional: written in primitives alone, runs on a GPU too
///         double homogeneity() const { return 0; }                      // optional: f(tX) = t^p f(X), t > 0
///         auto init(auto& device, auto const& like) const;              // optional: state
///         template <class C>
///         typename C::in apply(C const& c, typename C::in x, typename C::out y, auto& state) const;
///     };
///
/// `apply` may write to y, which has x's shape and may be x itself, and returns the block that holds
/// its result: y, x, or its own state. It treats every item of a batch as a block of its own.
namespace isotypic {

/// What a part sees beside its input.
template <class Device, class T>
struct context {
    using value_type = T;
    using space = typename Device::space;
    using in = blocks<T const, space>;
    using out = blocks<T, space>;
    Device& device;
    typename Device::template number<index_t> step;  ///< 1 on the first step
    in weight, gradient;
};

/// Anything that maps blocks and says what it commutes with.
template <class P>
concept part = requires { typename P::commutes_with; } && block_symmetry<typename P::commutes_with>;

/// The state of a part that has none.
struct no_state {
    static constexpr bool remembers = false;
    template <class F>
    void for_each(F const&) {}
};

/// The state of a part that keeps one block.
template <class Buffer>
struct one_buffer {
    Buffer buffer;
    char const* name;
    template <class F>
    void for_each(F const& f) {
        f(name, buffer.all());
    }
};

template <part P, class Device, class B>
auto init(P const& p, Device& device, B const& like) {
    if constexpr (requires { p.init(device, like); })
        return p.init(device, like);
    else
        return no_state{};
}

/// The exponent p in f(tX) = t^p f(X) for t > 0, or NaN where there is none.
template <part P>
double homogeneity(P const& p) {
    if constexpr (requires { p.homogeneity(); })
        return p.homogeneity();
    else
        return std::nan("");
}

namespace detail {

template <class P>
constexpr shift_law row_law() {
    if constexpr (requires { P::row_shift; })
        return P::row_shift;
    else
        return {};
}
template <class P>
constexpr shift_law col_law() {
    if constexpr (requires { P::col_shift; })
        return P::col_shift;
    else
        return {};
}

/// Is there anything in the state?
template <class State>
constexpr bool remembers() {
    if constexpr (requires { State::remembers; })
        return State::remembers;
    else
        return true;
}

/// Does P look at the weight? Then a shift of the weight may change its result.
template <class P>
constexpr bool weight_read() {
    if constexpr (requires { P::reads_weight; })
        return P::reads_weight;
    else
        return false;
}

/// Does P spend its time in matrix products, or in a user's code? Then one thread takes a whole block.
template <class P>
constexpr bool multiplies() {
    if constexpr (requires { P::multiplies; })
        return P::multiplies;
    else
        return false;
}

template <class P, class G>
constexpr bool rows_commute = subgroup_of<typename G::rows, typename P::commutes_with::rows>;
template <class P, class G>
constexpr bool cols_commute = subgroup_of<typename G::cols, typename P::commutes_with::cols>;

}  // namespace detail

}  // namespace isotypic
