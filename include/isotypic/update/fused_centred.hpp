// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_centred.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/fused_rows.hpp>

/// \file
/// Unit rows of a block known up to a shared row, on the CPU, in three sweeps, with either decay:
///
///     momentum | centre | row_norm | centre [| scaled(...)]           and the other averages and rows of fused_rows.hpp
///
/// The plain pipe is the reference, to rounding, and runs where these return false: as in fused_rows.hpp, and for joined pairs.
namespace isotypic {

/// w <- keep w - rate rule(g), plus (1 - keep) times the mean row of w if the decay is horizontal; or false and nothing done.
template <class Average, class Rows, class... Scale, class State, class T>
    requires requires(Average const& a, Rows const& r) { detail::fresh_weight(a), detail::fuses(r); } && (sizeof...(Scale) < 2) && (detail::is_scaled<Scale> && ...)
bool fused_update(cpu& device, pipe<Average, centre, Rows, centre, Scale...> const& rule, State& state, index_t, blocks<T const> const& g, blocks<T> const& w, double rate, double decay,
                  bool horizontal = false) {
    auto const& average = rule.parts.first;
    auto const& after = rule.parts.rest.rest;
    auto const& rows = after.first;
    if (average.nesterov || !detail::fuses(rows)) return false;
    auto factor = [&](double length) { return detail::row_factor(rows, length); };
    return fused_centred_rows(device, T(average.beta), T(detail::fresh_weight(average)), factor, state.all.first.buffer.all(), g, w,
                              rate * detail::scale_of(after.rest.rest, w), 1 - rate * decay, horizontal);
}

}  // namespace isotypic
