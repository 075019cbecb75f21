// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/device.hpp>
#include <isotypic/polar/exact_svd.hpp>

/// \file
/// `exact_svd` on a device that has `svd` (a GPU: cuda_solver.cuh), item after item:
///
///     2^-e M = U diag(s) V',     polar(M) = U diag(s_k > cutoff s_1) V'
///
/// with e of |M|_F, in double whatever the block holds, as on the CPU, and which s_k count is decided on the device. A zero item gives zero.
namespace isotypic {
namespace detail {

/// v = 1 where s is above a share of the first s, else 0; NaN stays.
struct above_share {
    double const* first;
    double share;
    constexpr void operator()(double const& s, double& v) const { v = s > share * *first ? 1 : s <= share * *first ? 0 : s; }
};

}  // namespace detail

/// u_k <- the polar factor of m_k for all items; u may be m. Not for joined pairs.
template <device D, class T, class S>
void polar_of_items(D& d, exact_svd const& engine, blocks<T const, S> m, blocks<T, S> u) {
    using block = blocks<double, S>;
    if (m.rows() < m.cols()) return polar_of_items(d, engine, m.transposed(), u.transposed());
    if (!m.size()) return;
    const index_t rows = m.rows(), n = m.cols();
    const double share = std::fmax(engine.cutoff, double(rows) * 2 * unit_roundoff<T>);
    auto scope = d.scratch().open();
    auto take = [&](index_t count) { return d.scratch().template take<double>(count); };
    double *r = take(row_count(m)), *size = take(m.count), *s = take(n), *kept = take(n);
    const view<double, S> a(take(rows * n), rows, n, 1, rows), left(take(rows * n), rows, n, 1, rows), right(take(n * n), n, n, 1, n);
    row_norms(d, m, r);
    row_norms(d, blocks<double const, S>(view<double const, S>(r, m.count, rows)), size);
    transform(d, detail::inverse_power{}, detail::numbers<S>(size, m.count));
    for (index_t k = 0; k < m.count; ++k) {
        transform_items(d, detail::times{}, size + k, item(m, k), block(a));
        svd(d, a, left, s, right);
        transform(d, detail::above_share{s, share}, blocks<double const, S>(detail::numbers<S>(s, n)), detail::numbers<S>(kept, n));
        scale_rows(d, kept, blocks<double const, S>(right), block(right));
        multiply<double>(d, 1, left, right, 0, block(a));
        transform(d, detail::assign{}, blocks<double const, S>(a), item(u, k));
    }
}

}  // namespace isotypic
