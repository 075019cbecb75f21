// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/gram_newton_schulz.hpp>

/// \file
/// `newton_schulz` and `gram_newton_schulz` on all items of a batch at once, for devices whose products take batches (a GPU): the same
/// steps, one call a product however many heads or experts there are, and no number that the host would have to wait for.
namespace isotypic {
namespace detail {

/// v = 1 / ((v + eps unit) cushion), 0 for 0.
struct inverse_size {
    double eps, cushion;
    constexpr void operator()(double& v) const { (*this)(1, v); }
    constexpr void operator()(double const& unit, double& v) const {
        v = (v + eps * unit) * cushion;
        v = v > 0 ? std::fmin(1 / v, 1.7e308) : 0;
    }
};

/// u_k <- m_k / ((|m_k|_F + norm_eps) cushion); doubles, whose norms may overflow, by way of a power of two.
template <device D, class T, class U, class S>
void normalise_items(D& d, coefficients const& set, blocks<T const, S> m, blocks<U, S> const& u) {
    auto scope = d.scratch().open();
    double *r = d.scratch().template take<double>(row_count(m)), *s = d.scratch().template take<double>(m.count);
    const auto sizes = numbers<S>(s, m.count);
    auto measure = [&] { row_norms(d, m, r), row_norms(d, blocks<double const, S>(view<double const, S>(r, m.count, m.rows())), s); };
    measure();
    if constexpr (std::is_same_v<T, U> && sizeof(T) == sizeof(double)) {
        const auto units = numbers<S>(d.scratch().template take<double>(m.count), m.count);
        transform(d, assign{}, blocks<double const, S>(sizes), units);
        transform(d, inverse_power{}, units);
        transform_items(d, times{}, units.first.data, m, u);
        m = u;
        measure();
        transform(d, inverse_size{set.norm_eps, set.cushion}, blocks<double const, S>(units), sizes);
    } else {
        transform(d, inverse_size{set.norm_eps, set.cushion}, sizes);
    }
    transform_items(d, times{}, s, m, u);
}

}  // namespace detail

/// An engine whose matrices are stored as `Stored` in between, for a GPU's matrix units: `__half`, `__nv_bfloat16` or `tf32`; sums stay float.
template <class Engine, class Stored>
struct in_storage : Engine {
    static constexpr bool scale_free() { return false; }
};
template <class Stored, class Engine>
in_storage<Engine, Stored> stored_as(Engine e) {
    return {e};
}

namespace detail {
template <class Engine, class T>
struct storage_of {
    using type = T;
};
template <class Engine, class Stored, class T>
struct storage_of<in_storage<Engine, Stored>, T> {
    using type = Stored;
};
}  // namespace detail

/// u_k <- the engine's polynomial of m_k for all items; u may be m. Not for joined pairs.
template <class Engine, device D, class T, class S>
void polar_of_items(D& d, Engine const& engine, blocks<T const, S> m, blocks<T, S> u) {
    using Stored = typename detail::storage_of<Engine, T>::type;
    if (m.rows() > m.cols()) return polar_of_items(d, engine, m.transposed(), u.transposed());
    if (!m.size()) return;
    auto scope = d.scratch().open();
    auto take = [&] { return dense_like(d.scratch().template take<Stored>(m.size()), u); };
    const blocks<Stored, S> result = take();
    engine.iterate(d, result, take(), [&](blocks<Stored, S> const& x) { detail::normalise_items(d, engine.set, m, x); });
    transform(d, detail::assign{}, blocks<Stored const, S>(result), u);
}

}  // namespace isotypic
