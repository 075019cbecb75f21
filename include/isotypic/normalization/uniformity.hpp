// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_product.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/normalization/arguments.hpp>

/// \file
/// How evenly embeddings, the n > 1 rows of x, spread over the sphere; lower is more even, collapse to a point gives 0:
///
///     uniformity(device, x, t)                 t = 2 where nothing is said
///     uniformity_gradient(device, x, dx, t)    and writes dx
///
///     uniformity = log mean over i < j of exp(-t |x_i - x_j|^2)
///     d / dx_i   = -2t sum_j p_ij (x_i - x_j),    p_ij = exp(-t |x_i - x_j|^2) / sum over a < b of exp(-t |x_a - x_b|^2)
///
/// For unit rows -4t <= -2t (1 - |mean|^2) n / (n - 1) <= uniformity <= 0. The gradient is that of free rows: for x = z / |z| unit_norm's
/// VJP takes it to z. Products of tiles of 192 rows, in double after the mean of the rows has been taken off; exponents are taken
/// relative to the largest, so no t is too large. n x d numbers of scratch memory, and the tiles.
///
/// Source: Wang and Isola 2020 (ICML), with their t = 2.
namespace isotypic {
namespace detail {

/// x less the mean of its rows, in double.
template <class T>
view<double> centred_rows(cpu& device, view<T const> x) {
    view<double> c(device.scratch().take<double>(x.size()), x.rows, x.cols);
    double* mean = device.scratch().take<double>(x.cols);
    std::fill_n(mean, x.cols, 0.0);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) mean[j] += double(x(i, j)) / double(x.rows);
    for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) c(i, j) = double(x(i, j)) - mean[j];
    return c;
}

/// The sum of exp(e) for exponents e that come one tile after the other, as sum * exp(most).
struct sum_of_exponentials {
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    /// Makes room for exponents up to e: the factor for what was summed so far.
    double raise(double e) {
        if (!(e > most)) return 1;
        const double factor = std::exp(most - e);
        most = e, sum *= factor;
        return factor;
    }
};

/// The pairs of one tile of rows with the tiles up to its own, or with all; of `pull`, if it has rows, row i becomes
/// sum_j exp(-t |x_i - x_j|^2 - most) (x_i - x_j).
inline sum_of_exponentials sum_tile_row(cpu& device, view<double const> x, double const* square, double t, index_t tile, index_t row, view<double> pull) {
    workspace& w = device.scratch();
    auto scope = w.open();
    const index_t from = row * tile, h = (std::min)(tile, x.rows - from), end = pull.rows ? x.rows : from + h;
    const auto mine = x.part(from, 0, h, x.cols);
    double* near = w.take<double>(h);
    double* memory = w.take<double>(h * tile);
    std::fill_n(near, h, 0.0);
    sum_of_exponentials total;
    for (index_t other = 0; other < end; other += tile) {
        const index_t n = (std::min)(tile, x.rows - other);
        const view<double> e(memory, h, n);
        multiply<double>(device, 1, mine, x.part(other, 0, n, x.cols).transposed(), 0, e);
        double most = -std::numeric_limits<double>::infinity();
        auto is_pair = [&](index_t i, index_t j) { return pull.rows ? from + i != other + j : from + i > other + j; };
        for (index_t i = 0; i < h; ++i)
            for (index_t j = 0; j < n; ++j) {
                e(i, j) = -t * (std::max)(0.0, square[from + i] + square[other + j] - 2 * e(i, j));
                if (is_pair(i, j)) most = (std::max)(most, e(i, j));
            }
        const double factor = total.raise(most);
        for (index_t i = 0; i < h; ++i) {
            double sum = 0;
            for (index_t j = 0; j < n; ++j) sum += e(i, j) = is_pair(i, j) ? std::exp(e(i, j) - total.most) : 0;
            total.sum += sum, near[i] = factor * near[i] + sum;
        }
        if (pull.rows) multiply<double>(device, -1, e, x.part(other, 0, n, x.cols), other ? factor : 0, pull.part(from, 0, h, x.cols));
    }
    for (index_t i = 0; i < h && pull.rows; ++i)
        for (index_t j = 0; j < x.cols; ++j) pull(from + i, j) += near[i] * mine(i, j);
    return total;
}

/// Uniformity, and its gradient where that has rows.
template <class T>
double uniformity(cpu& device, view<T const> x, double t, view<T> gradient) {
    if (x.rows < 2) throw error("isotypic: uniformity: the input is " + shape_text(x.rows, x.cols) + ", and pairs need two rows");
    if (!(t > 0 && std::isfinite(t))) throw error("isotypic: uniformity: t = " + std::to_string(t) + " is not positive and finite");
    require_finite("uniformity", blocks<T const>(x));
    workspace& w = device.scratch();
    auto scope = w.open();
    const index_t n = x.rows, tile = 192, rows = (n + tile - 1) / tile;
    const view<double> c = centred_rows(device, x);
    double* square = w.take<double>(n);
    double largest = 0;
    for (index_t i = 0; i < n; ++i) {
        square[i] = line_sum([](double v) { return v * v; }, true, c.cols, std::pair(&c(i, 0), index_t{1}));
        largest = std::isfinite(square[i]) ? (std::max)(largest, square[i]) : std::numeric_limits<double>::infinity();
    }
    if (!std::isfinite(4 * t * largest)) throw error("isotypic: uniformity: the input is too large");
    const view<double> pull = gradient.rows ? view<double>(w.take<double>(c.size()), n, c.cols) : view<double>();
    sum_of_exponentials* part = w.take<sum_of_exponentials>(rows);
    device.for_each_task(rows, [&](index_t k, cpu& d) { part[k] = sum_tile_row(d, c, square, t, tile, k, pull); });
    sum_of_exponentials total;
    for (index_t k = 0; k < rows; ++k) {
        total.raise(part[k].most);
        if (part[k].sum > 0) total.sum += part[k].sum * std::exp(part[k].most - total.most);
    }
    for (index_t i = 0; i < n && gradient.rows; ++i) {
        const double factor = -4 * t / total.sum * std::exp(part[i / tile].most - total.most);
        for (index_t j = 0; j < c.cols; ++j) gradient(i, j) = T(factor * pull(i, j));
    }
    const double pairs = double(n) * double(n - 1) / (gradient.rows ? 1 : 2);
    return (std::min)(0.0, total.most + std::log(total.sum / pairs));
}

}  // namespace detail

/// See the file's comment.
template <matrix X>
double uniformity(cpu& device, X&& x, double t = 2) {
    const auto v = as_view(std::forward<X>(x));
    using T = typename decltype(v)::value_type;
    return detail::uniformity<T>(device, view<T const>(v), t, view<T>());
}

/// Writes the gradient and returns the value, which may differ from `uniformity` by rounding.
template <matrix X, matrix G>
double uniformity_gradient(cpu& device, X&& x, G&& gradient, double t = 2) {
    const auto v = as_view(std::forward<X>(x));
    const auto g = as_view(std::forward<G>(gradient));
    using T = typename decltype(v)::value_type;
    if (v.rows != g.rows || v.cols != g.cols)
        throw error("isotypic: uniformity: the gradient is " + detail::shape_text(g.rows, g.cols) + ", the input " + detail::shape_text(v.rows, v.cols));
    return detail::uniformity<T>(device, view<T const>(v), t, g);
}

}  // namespace isotypic
