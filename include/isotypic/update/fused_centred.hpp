// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_centred.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/fused_rows.hpp>

/// \file
/// Unit rows of a block known up to a shared row in three sweeps, with either decay, on a device that has `fused_centred_rows`:
///
///     momentum | centre | row_norm | centre [| scaled(...)]           and the other averages and rows of fused_rows.hpp
///
/// The plain pipe is the reference, to rounding, and runs where these return false: as in fused_rows.hpp, and for joined pairs.
namespace isotypic {

template <class T, class F>
bool fused_centred_rows(cpu& device, std::type_identity_t<T> k, std::type_identity_t<T> t, F const& f, blocks<T> const& m, blocks<T const> const& g,
                        blocks<T> const& w, detail::step_size<double> const& size, bool horizontal) {
    const auto [rate, keep, clip] = size.at_start();
    if (clip < 1e-30) return false;  // times t it may be below T's range
    return fused_centred_rows(device, k, T(t * clip), f, m, g, w, rate, keep, horizontal);
}

/// w <- keep w - rate rule(clip g), plus (1 - keep) times the mean row of w if the decay is horizontal; or false and nothing done.
template <device D, class Average, class Rows, class... Scale, class State, class T, class S>
    requires requires(Average const& a, Rows const& r, detail::list<Scale...> const& s, blocks<T, S> const& w) { detail::fresh_weight(a), detail::fuses(r), detail::scale_of(s, w); }
bool fused_update(D& d, pipe<Average, centre, Rows, centre, Scale...> const& rule, State& state, typename D::template number<index_t>,
                  blocks<T const, S> const& g, blocks<T, S> const& w, detail::step_size_on<D> size, bool horizontal = false) {
    using U = compute<T>;
    auto const& average = rule.parts.first;
    auto const& after = rule.parts.rest.rest;
    auto const& rows = after.first;
    if (average.nesterov || !detail::fuses(rows)) return false;
    const U k = U(average.beta), t = U(detail::fresh_weight(average));
    const detail::factor_of_row<Rows> factor{rows};
    size.scale *= detail::scale_of(after.rest.rest, w);
    auto const& m = state.all.first.buffer.all();
    if constexpr (requires { fused_centred_rows(d, k, t, factor, m, g, w, size, horizontal); })
        return fused_centred_rows(d, k, t, factor, m, g, w, size, horizontal);
    else
        return false;
}

}  // namespace isotypic
