// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_row.hpp>
#include <isotypic/loss/decision/instances.hpp>

/// \file
/// A loss of a decision is of one instance:
///
///     static constexpr char const* name;
///     double pull(decision_row const&, std::span<double const> prediction, std::span<double> gradient, workspace&);
///         // returns the value; an empty span asks for no gradient
///     static constexpr bool of_decisions = true;         // needs x*;   of_sensitivities: needs Delta
///     static constexpr bool one_thread = true;           // where `pull` is not const in all it touches, as with a solver
///     static constexpr bool keeps_known = false;         // where it takes known costs for predicted ones: known_costs.hpp
///     void require() const;  void require(cost_instances const&) const;  void require_known(std::span<index_t const>) const;     // throw
///
/// All but the first two may be left out.
namespace isotypic {

/// See the file's comment.
template <class L>
concept decision_loss = requires(L& l, decision_row const& row, std::span<double const> prediction, std::span<double> gradient, workspace& w) {
    detail::name_of(l);
    { l.pull(row, prediction, gradient, w) } -> std::convertible_to<double>;
};

namespace detail {

template <class L>
inline constexpr bool asks_decisions = false;
template <class L>
    requires requires { L::of_decisions; }
inline constexpr bool asks_decisions<L> = L::of_decisions;
template <class L>
inline constexpr bool asks_sensitivities = false;
template <class L>
    requires requires { L::of_sensitivities; }
inline constexpr bool asks_sensitivities<L> = L::of_sensitivities;
template <class L>
inline constexpr bool on_one_thread = false;
template <class L>
    requires requires { L::one_thread; }
inline constexpr bool on_one_thread<L> = L::one_thread;
template <class L>
inline constexpr bool keeps_known = true;
template <class L>
    requires requires { L::keeps_known; }
inline constexpr bool keeps_known<L> = L::keeps_known;

/// d numbers of scratch memory.
inline std::span<double> take_costs(workspace& w, std::size_t d) { return {w.take<double>(index_t(d)), d}; }

template <class L>
void require(L const& l, cost_instances const& data) {
    if constexpr (requires { l.require(data); }) l.require(data);
}
template <class L>
void require_known(L const& l, std::span<index_t const> known) {
    if constexpr (requires { l.require_known(known); }) l.require_known(known);
}

}  // namespace detail
}  // namespace isotypic
