// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/fused_rows.hpp>

/// \file
/// Signs, decay and the step in one sweep of any layout: five numbers an element move, 20 bytes in float, instead of eight or more.
///
///     momentum | sign [| scaled(...)]         heavy_ball with it         lion
///
/// The plain parts are the reference, to rounding, and run where these return false: Nesterov, a power of the dual norm.
namespace isotypic {
namespace detail {

/// w <- keep w - rate sign(...) behind `rule(m, g)`, which moves m and gives the sign.
template <class U, class Rule, class Number>
struct sign_step {
    Rule rule;
    step_size<Number> size;

    struct now {
        Rule rule;
        U rate, keep;
        clipped_by<U> clipped;
        template <class T>
        constexpr void operator()(U& m, T const& g, T& w) const {
            w = T(keep * U(w) - rate * rule(m, clipped(U(g))));
        }
    };
    constexpr now at_start() const {
        const auto numbers = size.at_start();
        return {rule, U(numbers.rate), U(numbers.keep), clipped_by<U>(numbers.clip)};
    }
};

template <class U>
struct average_sign {
    U k, t;
    constexpr U operator()(U& m, U g) const {
        m = k * m + t * g;
        return U((m > 0) - (m < 0));
    }
};
template <class U>
struct lion_sign {
    lion_entry<U> entry;
    constexpr U operator()(U& m, U g) const {
        U u;
        entry(m, g, u);
        return u;
    }
};

}  // namespace detail

/// w <- keep w - rate rule(clip g), or false and nothing done.
template <device D, class Average, class... Scale, class State, class T, class S>
    requires requires(Average const& a, detail::list<Scale...> const& s, blocks<T, S> const& w) { detail::fresh_weight(a), detail::scale_of(s, w); }
bool fused_update(D& d, pipe<Average, sign, Scale...> const& rule, State& state, typename D::template number<index_t>, blocks<T const, S> const& g,
                  blocks<T, S> const& w, detail::step_size_on<D> size) {
    using U = compute<T>;
    auto const& average = rule.parts.first;
    if (average.nesterov || rule.parts.rest.first.alpha != 0) return false;
    size.scale *= detail::scale_of(rule.parts.rest.rest, w);
    const detail::average_sign<U> f{U(average.beta), U(detail::fresh_weight(average))};
    transform(d, detail::sign_step<U, detail::average_sign<U>, typename D::template number<double>>{f, size}, state.all.first.buffer.all(), g, w);
    return true;
}

template <device D, class State, class T, class S>
bool fused_update(D& d, lion const& rule, State& state, typename D::template number<index_t>, blocks<T const, S> const& g, blocks<T, S> const& w,
                  detail::step_size_on<D> const& size) {
    using U = compute<T>;
    const detail::lion_sign<U> f{{U(rule.beta1), U(1 - rule.beta1), U(rule.beta2), U(1 - rule.beta2)}};
    transform(d, detail::sign_step<U, detail::lion_sign<U>, typename D::template number<double>>{f, size}, state.buffer.all(), g, w);
    return true;
}

}  // namespace isotypic
