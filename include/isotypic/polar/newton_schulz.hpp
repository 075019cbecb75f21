// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/group/symmetry.hpp>
#include <isotypic/polar/coefficients.hpp>
#include <cmath>

/// \file
/// Newton-Schulz iterations: an odd polynomial of the matrix, by products alone.
///
///     X <- a X + (b A + c A^2) X,   A = X X',   X_0 = M / |M|_F        (the short side in A)
///
/// Applies p(p(..p(s))) to every singular value s of X_0 and leaves the singular vectors: U(g M h') =
/// g U(M) h' at any number of steps. The values tend to 1, so the result tends to the polar factor; how
/// near depends on the coefficients, the steps and the smallest singular value. Zero gives zero.
namespace isotypic {
namespace detail {

/// u <- m / ((|m|_F + norm_eps) cushion). In double and from a power of two near m's size, so any finite scale will do.
template <device D, class T, class S>
void normalise(D& d, coefficients const& set, view<T const, S> m, view<T, S> u) {
    const scaled_norm found = scaled_frobenius(d, blocks<T const, S>(m));
    const double norm = (found.size + set.norm_eps * found.unit) * set.cushion;
    if (found.unit != 1) scale(d, found.unit, blocks<T const, S>(m), blocks<T, S>(u)), m = u;
    scale(d, norm > 0 ? 1 / norm : 0, blocks<T const, S>(m), blocks<T, S>(u));
}

template <class T, class S>
index_t height(view<T, S> const& x) {
    return x.rows;
}
template <class T, class S>
index_t height(blocks<T, S> const& x) {
    return x.rows();
}

/// A k x k matrix in x's order of axes, so that products with x pack it without transposing; for a batch one an item.
template <device D, class T, class S>
view<T, S> square_beside(D& d, view<T, S> x, index_t k) {
    T* first = d.scratch().template take<T>(k * k);
    return x.row_stride == 1 ? view<T, S>(first, k, k, 1, k) : view<T, S>(first, k, k);
}
template <device D, class T, class S>
blocks<T, S> square_beside(D& d, blocks<T, S> const& x, index_t k) {
    T* first = d.scratch().template take<T>(x.count * k * k);
    return blocks<T, S>(view<T, S>(first, k, k), x.count, k * k);
}

/// The set's steps on x, k x n with k <= n, a view or a batch, ping-pong: the result is in x after an even number of steps, else in y.
/// `first`, if not empty, holds x x' and is overwritten.
template <device D, class X>
void take_steps(D& d, coefficients const& set, X x, X y, X first = {}) {
    using T = typename X::value_type;
    using number = compute<T>;
    using all = blocks<T, typename X::space>;
    auto scope = d.scratch().open();
    const X a = first.size() ? first : square_beside(d, x, height(x)), b = square_beside(d, x, height(x));
    for (int i = 0; i < set.steps; ++i) {
        const quintic q = set.step(i);
        if (i || !first.size()) multiply_symmetric<T>(d, 1, x, 0, a);
        // b <- a I + b A + c A A, so that the step is one product y <- b x.
        if (q.c != 0) {
            multiply_symmetric<T>(d, number(q.c), a, a, number(q.b), a, number(q.a), b);
        } else {
            scale(d, q.b, all(a), all(b));
            add_to_diagonal(d, q.a, b);
        }
        multiply<T>(d, 1, b, x, 0, y);
        std::swap(x, y);
    }
}

}  // namespace detail

/// See the file's comment. `newton_schulz{keller}` is Muon's, the default is Polar Express, 8 steps.
struct newton_schulz {
    coefficients set = polar_express;

    using commutes_with = symmetry<orthogonal, orthogonal>;
    static constexpr bool shares_threads = true;
    static constexpr bool any_device = true;  // batches: newton_schulz_items.hpp
    bool scale_free() const { return set.norm_eps == 0; }

    /// u <- polynomial of m; u has m's shape and may be m.
    template <device D, class T, class S>
    void operator()(D& d, view<T const, S> m, view<T, S> u) const {
        if (m.rows > m.cols) return (*this)(d, m.transposed(), u.transposed());
        if (!m.size()) return;
        auto scope = d.scratch().open();
        iterate(d, u, dense_like(d.scratch().template take<T>(u.size()), blocks<T, S>(u)).first, [&](view<T, S> x) { detail::normalise(d, set, m, x); });
    }
    /// u <- polynomial of x_0, which start(x_0) writes, of at most as many rows as columns; y is scratch of u's shape. Views, or batches.
    template <device D, class X, class Start>
    void iterate(D& d, X u, X y, Start const& start) const {
        if (set.steps % 2) std::swap(u, y);
        start(u);
        detail::take_steps(d, set, u, y);
    }
};

}  // namespace isotypic
