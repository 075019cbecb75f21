// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_resolvents.hpp>
#include <limits>

/// \file
/// The inverse of a symmetric positive definite matrix on the CPU, in little more than n^3 flops that are nearly all
/// products. Well-conditioned matrices by halves: with P = A11^-1, W = A21 P and Q = (A22 - W A12)^-1
///
///     A^-1 = [ P + W' Q W,  -W' Q;  -Q W,  Q ]
///
/// Others, whose A22 - W A12 would be lost in rounding, by their Cholesky factor: with A = L L' and N = L^-1
///
///     L21 = A21 N11',   N22 from A22 - L21 L21',   N21 = -N22 L21 N11,   A^-1 = N' N
///
/// for a third more flops. Up to 128 rows eight pivots at a time. The error is about u times the condition, by halves
/// up to u times its square for nearly singular matrices.
namespace isotypic {
namespace detail {

/// Rows or columns of a triangular factor that are multiplied at once: what lies above the diagonal costs half of it.
inline constexpr index_t panel = 128;

/// The lower triangle of a <- N; above it are zeros, before and after.
template <class T>
void factor(cpu& device, view<T> a, T least) {
    const index_t n = a.rows, h = (n / 2 + 15) / 16 * 16, rest = n - h;
    if (n <= 128) return factor_by_pivots<T>(device.scratch(), a, least);
    auto scope = device.scratch().open();
    const view<T> n11 = a.part(0, 0, h, h), n22 = a.part(h, h, rest, rest), below = a.part(h, 0, rest, h);
    auto take = [&] { return view<T>(device.scratch().template take<T>(h * rest), rest, h, 1, rest); };
    const view<T> l21 = take(), w = take();
    factor<T>(device, n11, least);
    for (index_t j = 0; j < h; j += panel) {
        const index_t k = (std::min)(panel, h - j);
        multiply<T>(device, 1, below.part(0, 0, rest, j + k), n11.part(j, 0, k, j + k).transposed(), 0, l21.part(0, j, rest, k));
    }
    triangle<T>{-1, l21, l21.transposed(), 1, n22, 0, n22, false}.run(device);
    for (index_t j = 1; j < rest; ++j) std::fill_n(&n22(0, j), j, T(0));
    factor<T>(device, n22, least);
    for (index_t j = 0; j < h; j += panel) {
        const index_t k = (std::min)(panel, h - j);
        multiply<T>(device, 1, l21.part(0, j, rest, h - j), n11.part(j, j, h - j, k), 0, w.part(0, j, rest, k));
    }
    for (index_t i = 0; i < rest; i += panel) {
        const index_t k = (std::min)(panel, rest - i);
        multiply<T>(device, -1, n22.part(i, 0, k, i + k), w.part(0, 0, i + k, h), 0, below.part(i, 0, k, h));
    }
}

/// x <- x^-1 by halves; x holds both triangles.
template <class T>
void invert_by_halves(cpu& device, view<T> x) {
    const index_t n = x.rows, h = n / 32 * 16, rest = n - h;
    if (n <= 128) return invert_by_sweeps<T>(device.scratch(), x, 0, x);
    auto scope = device.scratch().open();
    const view<T> p = x.part(0, 0, h, h), q = x.part(h, h, rest, rest), below = x.part(h, 0, rest, h);
    const view<T> w(device.scratch().template take<T>(h * rest), rest, h, 1, rest);
    invert_by_halves(device, p);
    multiply<T>(device, 1, below, p, 0, w);
    multiply_symmetric<T>(device, -1, w, x.part(0, h, h, rest), 1, q);
    invert_by_halves(device, q);
    multiply<T>(device, -1, q, w, 0, below);
    multiply_symmetric<T>(device, -1, w.transposed(), below, 1, p);
    mirror(x, h, n, 0, n);
}

}  // namespace detail

/// x <- (a + shift I)^-1 for a symmetric a with eigenvalues from 0 to `largest` and a shift > 0: pivots that rounding took below
/// the shift are put back. x does not overlap a; both have contiguous columns.
template <class T>
void invert_spd(cpu& device, view<T const> a, std::type_identity_t<T> shift, std::type_identity_t<T> largest, view<T> x) {
    const index_t n = a.rows;
    if (n <= 128) return detail::invert_by_sweeps<T>(device.scratch(), a, shift, x);
    // A22 - W A12 is off by about u condition^2 of its smallest eigenvalue.
    const bool well = largest * std::sqrt(8 * std::numeric_limits<T>::epsilon()) <= shift;
    auto scope = device.scratch().open();
    const view<T> f = well ? x : view<T>(device.scratch().template take<T>(n * n), n, n, 1, n);
    for (index_t j = 0; j < n; ++j) {
        for (index_t i = 0; i < n; ++i) f(i, j) = well || i >= j ? a(i, j) : T(0);
        f(j, j) += shift;
    }
    if (well) return detail::invert_by_halves(device, x);
    detail::factor<T>(device, f, shift);
    // The last rows of N touch all of x, the first ones its corner.
    for (index_t end = n; end > 0;) {
        const index_t begin = (end - 1) / detail::panel * detail::panel;
        const view<T const> rows = f.part(begin, 0, end - begin, end);
        const view<T> corner = x.part(0, 0, end, end);
        detail::triangle<T>{1, rows.transposed(), rows, T(end < n), corner, 0, corner, false}.run(device);
        end = begin;
    }
    detail::mirror(x, 0, n, 0, n);
}

}  // namespace isotypic
