// SPDX-License-Identifier: MIT
#pragma once
#include "mersenne.hpp"
#include <nn/matrix.hpp>
#include <algorithm>

/// \file
/// Features and costs, drawn as PyEPO draws them (github.com/khalil-research/PyEPO, its generators of data), from the same random numbers in
/// the same order: costs are a power of a linear map of the features, so that a linear predictor is wrong by more the higher the degree.
namespace decision_focused {

using nn::Index;
using table = nn::matrix<double>;

struct generated {
    table features, costs;  ///< an instance a row
    table weights = {};     ///< of a knapsack [dimension, item]
};

/// What is drawn.
struct recipe {
    Index instances, features;
    int degree;
    double noise;  ///< costs are multiplied by numbers from 1 - noise to 1 + noise
    std::uint32_t seed;
};

namespace detail {

inline table coins(mersenne& random, Index rows, Index columns) {
    table b(rows, columns);
    for (Index i = 0; i < b.size(); ++i) b.data()[i] = random.coin();
    return b;
}

inline table normals(mersenne& random, Index rows, Index columns) {
    table x(rows, columns);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
    return x;
}

/// f(j, y, eps) of y = (B x)_j / sqrt(p) + 3 and of the noise, an instance after the other.
template <class F>
table costs_of(mersenne& random, recipe const& r, table const& b, table const& x, F const& f) {
    table c(r.instances, b.rows());
    const double root = std::sqrt(double(r.features));
    for (Index i = 0; i < r.instances; ++i)
        for (Index j = 0; j < b.rows(); ++j) {
            double sum = 0;
            for (Index k = 0; k < r.features; ++k) sum += b(j, k) * x(i, k);
            c(i, j) = f(j, sum / root + 3, random.uniform(1 - r.noise, 1 + r.noise));
        }
    return c;
}

}  // namespace detail

/// d components whose costs are ((B x / sqrt(p) + 3)^degree + 1) / 3.5^degree, noisy: PyEPO's shortest paths.
inline generated powers(recipe const& r, Index d) {
    mersenne random(r.seed);
    const table b = detail::coins(random, d, r.features);
    table x = detail::normals(random, r.instances, r.features);
    const double scale = std::pow(3.5, r.degree);
    table c = detail::costs_of(random, r, b, x, [&](Index, double y, double eps) { return (std::pow(y, r.degree) + 1) / scale * eps; });
    return {std::move(x), std::move(c)};
}

/// Arcs of a grid, to the right and down: for each row those in it, then those to the next one.
inline Index grid_arcs(Index h, Index w) { return (h - 1) * w + (w - 1) * h; }

/// Values of items, whole numbers, and their weights from 3.00 to 7.99 in each dimension.
inline generated knapsack_values(recipe const& r, Index items, Index dimensions) {
    mersenne random(r.seed);
    table weights(dimensions, items);
    for (Index i = 0; i < weights.size(); ++i) weights.data()[i] = double(300 + random.below_or_at(499)) / 100;
    const table b = detail::coins(random, items, r.features);
    table x = detail::normals(random, r.instances, r.features);
    const double scale = std::pow(3.5, r.degree);
    table c = detail::costs_of(random, r, b, x, [&](Index, double y, double eps) { return std::ceil((std::pow(y, r.degree) + 1) * 5 / scale * eps); });
    return {std::move(x), std::move(c), std::move(weights)};
}

/// Edges of a complete graph, (0, 1), (0, 2), ...: distances of drawn places and a power of the features on top.
inline generated tour_costs(recipe const& r, Index nodes) {
    mersenne random(r.seed);
    table at(nodes, 2);
    for (Index i = 0; i < nodes / 2 * 2; ++i) at.data()[i] = random.uniform(-2, 2);
    for (Index i = nodes / 2 * 2; i < at.size(); ++i) at.data()[i] = random.normal();
    std::vector<double> distance;
    for (Index i = 0; i < nodes; ++i)
        for (Index j = i + 1; j < nodes; ++j) distance.push_back((at.row(i) - at.row(j)).norm());
    table b = detail::coins(random, Index(distance.size()), r.features);
    for (Index i = 0; i < b.size(); ++i) b.data()[i] *= random.uniform(-2, 2);
    table x = detail::normals(random, r.instances, r.features);
    const double scale = std::pow(3.0, r.degree - 1);
    table c = detail::costs_of(random, r, b, x, [&](Index j, double y, double eps) {
        return std::nearbyint((distance[std::size_t(j)] + std::pow(y, r.degree) / scale * eps) * 1e4) / 1e4;
    });
    return {std::move(x), std::move(c)};
}

/// Rows of a table.
inline table picked(table const& all, std::vector<std::size_t> const& which, std::size_t from, std::size_t count) {
    table some(Index(count), all.cols());
    for (std::size_t i = 0; i < count; ++i) some.row(Index(i)) = all.row(Index(which[from + i]));
    return some;
}

/// scikit-learn's train_test_split(test_size = test, random_state = seed): the first of a permutation are for the test.
struct parts {
    table train_features, train_costs, test_features, test_costs;
};
inline parts split(generated const& all, std::size_t test, std::uint32_t seed) {
    const auto n = std::size_t(all.features.rows());
    const auto order = mersenne(seed).permutation(n);
    return {picked(all.features, order, test, n - test), picked(all.costs, order, test, n - test), picked(all.features, order, 0, test),
            picked(all.costs, order, 0, test)};
}

}  // namespace decision_focused
