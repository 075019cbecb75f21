// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/arithmetic.hpp>
#include <isotypic/matrix/layout.hpp>
#include <algorithm>
#include <cmath>
#include <utility>

/// \file
/// What every part is written in: primitives found through the type of the device, which is their first
/// argument, and the compositions below, which serve any device that has the primitives.
///
///     typename Device::space                         where its numbers lie
///     device.scratch()                               a workspace; arrays taken from it end with their scope
///     device.for_each_task(n, f)                     f(i, device) for independent matrices
///     zeros_like<T>(device, x)                       a buffer; `.all()` is its block
///     transform(device, f, x...)                     f(x_ij...) by reference
///     transform_rows(device, f, r, x...)             f(r_i, x_ij...)
///     transform_items(device, f, s, x...)            f(s_k, x_ij...) for item k
///     row_sums(device, f, x, out)                    out_i = sum_j f(x_ij)
///     item_sums(device, f, out, x...)                out_k = sum_ij f(x_ij...)
///     row_norms(device, x, out)                      out_i = |x_i|
///     multiply(device, alpha, a, b, beta, c)         c = alpha a b + beta c
///     multiply_symmetric(device, alpha, a, beta, c)  c = alpha a a' + beta c; (device, alpha, a, b, beta, s, t, c) for a symmetric a b:
///                                                    c = alpha a b + beta s + t I
///     invert_spd(device, a, shift, largest, x)       x = (a + shift I)^-1
///
/// `cpu` is the reference.
namespace isotypic {

/// A device as the generic code sees it.
template <class D>
concept device = requires(D& d) {
    typename D::space;
    typename D::template number<double>;
    d.scratch();
};

namespace detail {
/// n numbers in a row, as a block.
template <class S>
blocks<double, S> numbers(double* first, index_t n) {
    return blocks<double, S>(view<double, S>(first, 1, n));
}
}  // namespace detail

/// y <- x.
template <device D, class T, class U, class S>
void copy(D& d, blocks<T, S> const& x, blocks<U, S> const& y) {
    if constexpr (std::is_same_v<std::remove_const_t<T>, U>)
        if (same_place(x, y)) return;
    transform(d, detail::assign{}, x, y);
}

/// y <- s x for a number, where both may be one block.
template <device D, class T, class U, class S>
void scale(D& d, double s, blocks<T, S> const& x, blocks<U, S> const& y) {
    transform(d, detail::times{s}, x, y);
}

/// a_ii <- a_ii + t, in every item of a batch.
template <device D, class T, class S>
void add_to_diagonal(D& d, double t, blocks<T, S> const& a) {
    const view<T, S> diagonal(a.first.data, a.rows(), 1, a.first.row_stride + a.first.col_stride, 1);
    transform(d, detail::increase<T>{T(compute<T>(t))}, blocks<T, S>(diagonal, a.count, a.stride));
}
template <device D, class T, class S>
void add_to_diagonal(D& d, double t, view<T, S> a) {
    add_to_diagonal(d, t, blocks<T, S>(a));
}

/// y_i <- s_i x_i, a number for each row.
template <device D, class T, class U, class S>
void scale_rows(D& d, double const* s, blocks<T, S> const& x, blocks<U, S> const& y) {
    transform_rows(d, detail::times{}, s, x, y);
}

/// out_j = mean of column j, one number a column.
template <device D, class T, class S>
void mean_row(D& d, blocks<T, S> const& x, double* out) {
    const auto t = x.transposed();
    row_sums(d, detail::widened{}, t, out);
    transform(d, detail::divide{double((std::max)(index_t{1}, x.rows() * (x.stacked ? 2 : 1)))}, detail::numbers<S>(out, row_count(t)));
}

/// y <- x - 1 c': the row c subtracted from every row.
template <device D, class T, class U, class S>
void subtract_row(D& d, double const* c, blocks<T, S> const& x, blocks<U, S> const& y) {
    transform_rows(d, detail::minus_row{}, c, x.transposed(), y.transposed());
}

/// e for a norm from 2^e on, 1023 where it overflows, -1022 for subnormals, 0 and NaN: to scale by 2^-e rounds nothing.
constexpr int exponent_of(double norm) {
    return norm > 0 ? std::clamp(std::ilogb(norm), -1022, 1023) : -1022;
}

namespace detail {
/// v = 2^-e for its exponent e; NaN, which a GPU's norms of infinite norms are, counts as infinity.
struct inverse_power {
    constexpr void operator()(double& v) const { v = v == v ? std::ldexp(1., -exponent_of(v)) : 0x1p-1023; }
};

/// The larger of two; NaN if one is.
struct larger {
    constexpr double operator()(double a, double b) const { return b > a || b != b ? b : a; }
};
}  // namespace detail

/// |x|_F to where the device keeps numbers; infinity where it is no double.
template <device D, class T, class S>
void frobenius_at(D& d, blocks<T, S> const& x, double* out) {
    auto scope = d.scratch().open();
    double* r = d.scratch().template take<double>(row_count(x) + 1);
    row_norms(d, x, r);
    row_norms(d, blocks<double const, S>(view<double const, S>(r, 1, row_count(x))), out);
}

/// |x|_F on the CPU. No square overflows or underflows; |x|_F may, see `scaled_frobenius`.
template <device D, class T>
double frobenius(D& d, blocks<T> const& x) {
    double total = 0;
    frobenius_at(d, x, &total);
    return total;
}

/// |x|_F = size / unit. The unit is 1 where size and 1 / size keep their digits, else a power of two.
struct scaled_norm {
    double size, unit;
};
template <device D, class T>
scaled_norm scaled_frobenius(D& d, blocks<T> const& x) {
    const double norm = frobenius(d, x);
    if (!(norm > 0) || (norm > 1e-290 && norm < 1e290)) return {norm, 1};
    auto scope = d.scratch().open();
    const double unit = std::ldexp(1., -exponent_of(norm));
    const auto scaled = dense_like(d.scratch().template take<std::remove_const_t<T>>(x.size()), x);
    scale(d, unit, x, scaled);
    return {frobenius(d, scaled), unit};
}

/// A joined item as one dense matrix, rows x 2 cols (2 rows x cols if stacked), in the block's own order of
/// axes; a lone matrix is returned as it is.
template <device D, class T, class S>
view<T const, S> gathered(D& d, blocks<T const, S> x) {
    if (!x.joined) return x.first;
    const bool flip = x.stacked;
    if (flip) x = x.transposed();
    view<T const, S> like = x.first;
    like.cols *= 2;
    const view<T, S> whole = dense_like(d.scratch().template take<T>(x.size()), blocks<T const, S>(like)).first;
    for (index_t p = 0; p < 2; ++p)
        copy(d, blocks<T const, S>(x.panel(0, p)), blocks<T, S>(whole.part(0, p * x.cols(), x.rows(), x.cols())));
    return flip ? whole.transposed() : whole;
}

/// The other way: the halves of a whole matrix into the panels of an item.
template <device D, class T, class S>
void scattered(D& d, view<T const, S> whole, blocks<T, S> y) {
    if (y.stacked) return scattered(d, whole.transposed(), y.transposed());
    for (index_t p = 0; p < y.panels(); ++p)
        copy(d, blocks<T const, S>(whole.part(0, p * y.cols(), y.rows(), y.cols())), blocks<T, S>(y.panel(0, p)));
}

}  // namespace isotypic
