// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/by_accuracy.hpp>
#include <isotypic/polar/newton_schulz_items.hpp>
#include <array>

/// \file
/// `zolotarev` and `by_accuracy` on all items of a batch at once, for a device whose products take batches (a GPU). The map of zolotarev.hpp
/// on x = m / |m|_F, with A = X X' / s^2 of its own s for each item,
///
///     U = scale (I + sum_j weight_j N_j' N_j) X / s,     N_j' N_j = (A + shift_j I)^-1
///
/// so that shifts and weights are the map's own and the host waits for no number: those of the matrices stay on the device. All inverses of
/// a pass, terms times items, are one batch (cuda_inverse.cuh), as far as that takes at most 2^26 numbers. A zero item gives zero.
namespace isotypic {
namespace detail {

/// v = sqrt(v)
struct square_root {
    constexpr void operator()(double& v) const { v = std::sqrt(v); }
};

/// Items `first` to `first + n - 1`.
template <class T, class S>
blocks<T, S> items_of(blocks<T, S> x, index_t first, index_t n) {
    x = item(x, first), x.count = n;
    return x;
}

/// a_k <- a_k / |a_k|_F, inverse_k <- 1 / |a_k|_F; zeros stay.
template <device D, class T, class S>
void to_unit_items(D& d, blocks<T, S> const& a, double* inverse) {
    auto scope = d.scratch().open();
    double* r = d.scratch().template take<double>(row_count(a));
    row_norms(d, blocks<T const, S>(a), r);
    row_norms(d, blocks<double const, S>(view<double const, S>(r, a.count, a.rows())), inverse);
    transform(d, inverted{}, numbers<S>(inverse, a.count));
    transform_items(d, times{}, inverse, blocks<T const, S>(a), a);
}

/// y <- map(x / s), x being k x n with k <= n; for s = 0 s y, with the Schatten-4 norms s_k of x_k and inverse_k <- 1 / s_k.
template <device D, class T, class S>
void zolotarev_pass(D& d, zolotarev_map const& map, double s, blocks<T, S> const& x, blocks<T, S> const& y, double* inverse) {
    auto scope = d.scratch().open();
    const index_t k = x.rows(), each = x.count * k * k;
    const blocks<T, S> a = square_beside(d, x, k);
    multiply_symmetric<T>(d, s > 0 ? T(1 / (s * s)) : T(1), x, 0, a);
    if (!(s > 0)) {
        to_unit_items(d, a, inverse);
        transform(d, square_root{}, numbers<S>(inverse, x.count));
        s = 1;
    }
    std::array<double, zolotarev_map::most_terms> shifts = map.shift;
    for (double& shift : shifts) shift = (std::max)(shift, 16 * unit_roundoff<T>);
    const view<T, S> first(d.scratch().template take<T>(map.terms * each), k, k, 1, k);
    inverse_factors<T>(d, a, shifts, blocks<T, S>(first, map.terms * x.count, k * k));
    for (int j = 0; j < map.terms; ++j) {
        const blocks<T, S> n(view<T, S>(first.data + j * each, k, k, 1, k), x.count, k * k);
        multiply_symmetric<T>(d, T(map.weight[std::size_t(j)]), n.transposed(), n, T(j > 0), a, T(j + 1 == map.terms), a);
    }
    multiply<T>(d, T(map.scale / s), a, x, 0, y);
}

}  // namespace detail

/// u_k <- the engine's maps of m_k for all items; u may be m. Not for joined pairs.
template <device D, class T, class S>
void polar_of_items(D& d, zolotarev const& engine, blocks<T const, S> m, blocks<T, S> u) {
    using number = compute<T>;
    using in = blocks<number const, S>;
    if (m.rows() > m.cols()) return polar_of_items(d, engine, m.transposed(), u.transposed());
    if (!m.size()) return;
    std::size_t passes = 0;
    int terms = 1;
    for (; passes < engine.passes.size() && engine.passes[passes].terms; ++passes) terms = (std::max)(terms, engine.passes[passes].terms);
    if (m.rows() == 1 || !passes) return detail::normalise_items(d, coefficients{}, m, u);
    const index_t at_once = (std::max)(index_t{1}, (index_t{1} << 26) / (terms * m.rows() * m.rows()));
    for (index_t k = 0; k < m.count; k += at_once) {
        const index_t n = (std::min)(at_once, m.count - k);
        const blocks<T const, S> from = detail::items_of(m, k, n);
        const blocks<T, S> to = detail::items_of(u, k, n);
        auto scope = d.scratch().open();
        auto take = [&] { return dense_like(d.scratch().template take<number>(from.size()), to); };
        blocks<number, S> x = take(), y = take();
        double* inverse = d.scratch().template take<double>(n);
        detail::normalise_items(d, coefficients{}, from, x);
        detail::zolotarev_pass(d, engine.passes[0], 0, x, y, inverse);
        if (passes == 1) {
            transform_items(d, detail::times{}, inverse, in(y), to);
            continue;
        }
        transform_items(d, detail::times{}, inverse, in(y), x);
        for (std::size_t i = 1; i < passes; ++i, std::swap(x, y)) detail::zolotarev_pass(d, engine.passes[i], 1 + engine.passes[i - 1].error, x, y, inverse);
        transform(d, detail::assign{}, in(x), to);
    }
}

/// By the plan for the items' shape.
template <device D, class T, class S>
void polar_of_items(D& d, by_accuracy const& engine, blocks<T const, S> m, blocks<T, S> u) {
    polar_of_items(d, engine.template plan<compute<T>>(m.rows(), m.cols()).engine, m, u);
}

}  // namespace isotypic
