// SPDX-License-Identifier: MIT
#pragma once
#include "storage.hpp"
#include <isotypic/normalization/affine.hpp>
#include <array>

/// \file
/// Random arrays of samples x positions x features, and parameters of several classes of positions.
namespace isotypic {

using cube = storage<double>;
inline cube like(blocks<double> const& x) { return cube(x.rows(), x.cols(), order::rows, 0, x.count); }
inline cube random_cube(std::uint64_t which, index_t samples = 4, index_t positions = 7, index_t features = 6, order o = order::rows) {
    cube x(positions, features, o, 0, samples);
    x.fill(which);
    return x;
}

template <class F>
void for_each_entry(blocks<double> const& x, F const& f) {
    for (index_t k = 0; k < x.count; ++k)
        for (index_t i = 0; i < x.rows(); ++i)
            for (index_t j = 0; j < x.cols(); ++j) f(k, i, j, x.panel(k)(i, j));
}
inline double largest_difference(blocks<double> const& a, blocks<double> const& b) {
    double most = 0;
    for_each_entry(a, [&](index_t k, index_t i, index_t j, double v) { most = std::fmax(most, std::abs(v - b.panel(k)(i, j))); });
    return most;
}
inline double inner(blocks<double> const& a, blocks<double> const& b) {
    double sum = 0;
    for_each_entry(a, [&](index_t k, index_t i, index_t j, double v) { sum += v * b.panel(k)(i, j); });
    return sum;
}
inline bool same(blocks<double> const& a, blocks<double> const& b) { return largest_difference(a, b) == 0; }

/// Gains and shifts of a number of classes.
struct affine_values {
    index_t features;
    std::vector<double> numbers;
    affine_values(index_t classes, index_t of, std::uint64_t which) : features(of), numbers(std::size_t(2 * classes * of)) {
        random_stream random(seed(), which);
        for (double& v : numbers) v = random.normal();
    }
    affine<double> of(index_t k) { return {column(2 * k), column(2 * k + 1)}; }
    std::array<affine<double>, 2> two() { return {of(0), of(1)}; }
    std::array<affine<double>, 3> three() { return {of(0), of(1), of(2)}; }

private:
    view<double> column(index_t k) { return view<double>(numbers.data() + k * features, features, 1); }
};

/// The positions of every sample of x in another order: row i of the result is row order[i].
inline cube permuted(blocks<double> const& x, view<double const> g) {
    cube y = like(x);
    for_each_entry(y.all, [&](index_t k, index_t i, index_t j, double& v) {
        v = 0;
        for (index_t m = 0; m < x.rows(); ++m) v += g(i, m) * x.panel(k)(m, j);
    });
    return y;
}

}  // namespace isotypic
