// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/gram_newton_schulz.hpp>

/// \file
/// `newton_schulz` and `gram_newton_schulz` on all items of a batch at once, for devices whose products take batches (a GPU): the same
/// steps, one call a product however many heads or experts there are, and no number that the host would have to wait for.
namespace isotypic {
namespace detail {

/// v = 1 / ((v + eps) cushion), 0 for 0.
struct inverse_size {
    double eps, cushion;
    constexpr void operator()(double& v) const {
        v = (v + eps) * cushion;
        v = v > 0 ? std::fmin(1 / v, 1.7e308) : 0;
    }
};

/// n x n matrices, as many as x has items.
template <class T, device D, class S>
blocks<T, S> squares_like(D& d, blocks<T, S> const& x) {
    const index_t n = x.rows();
    return blocks<T, S>(view<T, S>(d.scratch().template take<T>(x.count * n * n), n, n), x.count, n * n);
}

/// a_ii += t in every item.
template <device D, class T, class S>
void add_to_diagonals(D& d, double t, blocks<T, S> const& a) {
    const view<T, S> diagonal(a.first.data, a.rows(), 1, a.first.row_stride + a.first.col_stride, 1);
    transform(d, increase<T>{T(compute<T>(t))}, blocks<T, S>(diagonal, a.count, a.stride));
}

/// u_k <- m_k / ((|m_k|_F + norm_eps) cushion).
template <device D, class T, class U, class S>
void normalise_items(D& d, coefficients const& set, blocks<T const, S> const& m, blocks<U, S> const& u) {
    auto scope = d.scratch().open();
    double *r = d.scratch().template take<double>(row_count(m)), *s = d.scratch().template take<double>(m.count);
    row_norms(d, m, r);
    row_norms(d, blocks<double const, S>(view<double const, S>(r, m.count, m.rows())), s);
    transform(d, inverse_size{set.norm_eps, set.cushion}, numbers<S>(s, m.count));
    transform_items(d, times{}, s, m, u);
}

/// The set's steps on x, k x n with k <= n; y is scratch of its shape. Returns which of the two holds the result.
template <device D, class T, class S>
blocks<T, S> newton_schulz_steps(D& d, coefficients const& set, blocks<T, S> x, blocks<T, S> y) {
    const blocks<T, S> a = squares_like(d, x), b = squares_like(d, x);
    for (int i = 0; i < set.steps; ++i) {
        const quintic q = set.step(i);
        multiply_symmetric<T>(d, 1, x, x.transposed(), 0, a);
        if (q.c != 0) {
            copy(d, blocks<T const, S>(a), b);
            multiply_symmetric<T>(d, compute<T>(q.c), a, a, compute<T>(q.b), b);
        } else {
            transform(d, times{q.b}, blocks<T const, S>(a), b);
        }
        add_to_diagonals(d, q.a, b);
        multiply<T>(d, 1, b, x, 0, y);
        std::swap(x, y);
    }
    return x;
}

/// The same by way of the Gram matrix: see gram_newton_schulz.hpp.
template <device D, class T, class S>
blocks<T, S> gram_newton_schulz_steps(D& d, coefficients const& set, std::bitset<64> restarts, blocks<T, S> x, blocks<T, S> y) {
    using in = blocks<T const, S>;
    using number = compute<T>;
    blocks<T, S> a = squares_like(d, x), z = squares_like(d, x), q = squares_like(d, x), p = squares_like(d, x);
    auto begins = [&](int i) { return i > 63 || restarts[std::size_t(i)]; };
    for (int i = 0; i < set.steps; ++i) {
        const quintic f = set.step(i);
        const bool first = i == 0 || begins(i), last = i + 1 == set.steps || begins(i + 1);
        if (first) multiply_symmetric<T>(d, 1, x, x.transposed(), 0, a);
        const bool cubic = f.c == 0;
        if (!cubic) copy(d, in(a), z), multiply_symmetric<T>(d, number(f.c), a, a, number(f.b), z);
        const blocks<T, S> by = cubic ? a : z;
        const number times_by = cubic ? number(f.b) : number(1);
        if (first) {
            transform(d, times{double(times_by)}, in(by), q);
            add_to_diagonals(d, f.a, q);
        } else {
            copy(d, in(q), p), multiply_symmetric<T>(d, times_by, q, by, number(f.a), p);
            std::swap(q, p);
        }
        if (!last) {
            copy(d, in(a), p), multiply_symmetric<T>(d, times_by, a, by, number(f.a), p);
            if (cubic) std::swap(a, z);
            copy(d, in(p), a), multiply_symmetric<T>(d, times_by, by, p, number(f.a), a);
            continue;
        }
        multiply<T>(d, 1, q, x, 0, y);
        std::swap(x, y);
    }
    return x;
}

/// The step count and sizes alone decide: `noise` is 4 u of what is stored.
template <device D, class T, class S>
blocks<T, S> steps_of(D& d, newton_schulz const& e, double, blocks<T, S> x, blocks<T, S> y) {
    return newton_schulz_steps(d, e.set, x, y);
}
template <device D, class T, class S>
blocks<T, S> steps_of(D& d, gram_newton_schulz const& e, double noise, blocks<T, S> x, blocks<T, S> y) {
    if (x.rows() == x.cols()) return newton_schulz_steps(d, e.set, x, y);
    return gram_newton_schulz_steps(d, e.set, gram_restarts(e.set, noise, e.bound > 0 ? e.bound : std::fmin(1. / 16, 262144 * noise)), x, y);
}

}  // namespace detail

/// An engine whose matrices are stored as `Stored` in between, `__half` or `__nv_bfloat16` for a GPU's matrix units; sums stay float.
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
    const blocks<Stored, S> x = take(), y = take();
    detail::normalise_items(d, engine.set, m, x);
    const blocks<Stored, S> result = detail::steps_of(d, engine, 4 * unit_roundoff<Stored>, x, y);
    transform(d, detail::assign{}, blocks<Stored const, S>(result), u);
}

}  // namespace isotypic
