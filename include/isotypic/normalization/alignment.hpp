// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/normalization/arguments.hpp>

/// \file
/// How near the embeddings of two views of the same things are, and how near those of different things:
///
///     alignment(device, x, y)          mean of |x_i - y_i|^a
///     alignment_gradient(.., dx)       and  a |x_i - y_i|^(a - 2) (x_i - y_i) / n,  the gradient in x; that in y is its negative
///     mean_cosine(device, x)           mean over i < j of <x_i, x_j> / (|x_i| |x_j|)
///
/// with a >= 1, and 0 for the gradient where x_i = y_i. A row of zeros has cosine 0 with all.
///
/// Source: Wang and Isola 2020 (ICML), with their a = 2.
namespace isotypic {
namespace detail {

template <class T>
double alignment(cpu& device, view<T const> x, view<T const> y, double a, view<T> gradient) {
    if (x.rows != y.rows || x.cols != y.cols)
        throw error("isotypic: alignment: the inputs are " + shape_text(x.rows, x.cols) + " and " + shape_text(y.rows, y.cols));
    if (!x.rows) throw error("isotypic: alignment: there are no rows");
    if (!(a >= 1 && std::isfinite(a))) throw error("isotypic: alignment: a = " + std::to_string(a) + " is not a finite number from 1 up");
    require_finite("alignment", blocks<T const>(x)), require_finite("alignment", blocks<T const>(y));
    auto scope = device.scratch().open();
    const double n = double(x.rows);
    double* power = device.scratch().take<double>(x.rows);
    for_each_band(device, x.rows, x.cols, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i) {
            auto square = [](T u, T v) { return (double(u) - double(v)) * (double(u) - double(v)); };
            const double distance = std::sqrt(line_sum(square, x.col_stride == 1 && y.col_stride == 1, x.cols,
                                                       std::pair(x.data + i * x.row_stride, x.col_stride), std::pair(y.data + i * y.row_stride, y.col_stride)));
            power[i] = std::pow(distance, a);
            const double factor = distance > 0 ? a * std::pow(distance, a - 2) / n : 0;
            for (index_t j = 0; j < x.cols && gradient.rows; ++j) gradient(i, j) = T(factor * (double(x(i, j)) - double(y(i, j))));
        }
    });
    const double mean = line_sum([](double v) { return v; }, true, x.rows, std::pair(power, index_t{1})) / n;
    if (!std::isfinite(mean)) throw error("isotypic: alignment: the distances are too large");
    return mean;
}

}  // namespace detail

/// See the file's comment.
template <matrix X, matrix Y>
double alignment(cpu& device, X&& x, Y&& y, double a = 2) {
    const auto u = as_view(std::forward<X>(x));
    using T = typename decltype(u)::value_type;
    return detail::alignment<T>(device, view<T const>(u), view<T const>(as_view(std::forward<Y>(y))), a, view<T>());
}

/// Writes the gradient in x, which may be x, and returns the value.
template <matrix X, matrix Y, matrix G>
double alignment_gradient(cpu& device, X&& x, Y&& y, G&& gradient, double a = 2) {
    const auto u = as_view(std::forward<X>(x));
    const auto g = as_view(std::forward<G>(gradient));
    using T = typename decltype(u)::value_type;
    if (u.rows != g.rows || u.cols != g.cols)
        throw error("isotypic: alignment: the gradient is " + detail::shape_text(g.rows, g.cols) + ", the input " + detail::shape_text(u.rows, u.cols));
    return detail::alignment<T>(device, view<T const>(u), view<T const>(as_view(std::forward<Y>(y))), a, g);
}

/// See the file's comment: by the sum of the unit rows, without a pair.
template <matrix X>
double mean_cosine(cpu& device, X&& x) {
    const auto v = as_view(std::forward<X>(x));
    using T = typename decltype(v)::value_type;
    if (v.rows < 2) throw error("isotypic: mean cosine: the input is " + detail::shape_text(v.rows, v.cols) + ", and pairs need two rows");
    auto scope = device.scratch().open();
    double* length = device.scratch().template take<double>(v.rows);
    double* sum = device.scratch().template take<double>(v.cols);
    std::fill_n(sum, v.cols, 0.0);
    row_norms(device, blocks<T const>(view<T const>(v)), length);
    double all = 0, own = 0;
    for (index_t i = 0; i < v.rows; ++i) {
        if (!std::isfinite(length[i])) throw error("isotypic: mean cosine: row " + std::to_string(i) + " is not finite, or too large");
        for (index_t j = 0; j < v.cols && length[i] > 0; ++j) sum[j] += double(v(i, j)) / length[i];
        own += length[i] > 0;
    }
    for (index_t j = 0; j < v.cols; ++j) all += sum[j] * sum[j];
    return (all - own) / (double(v.rows) * double(v.rows - 1));
}

}  // namespace isotypic
