// SPDX-License-Identifier: MIT
#pragma once
#include "../update/formulas.hpp"
#include "on_gpu.hpp"
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/device/cuda_finite.cuh>
#include <isotypic/device/cuda_product.cuh>
#include <isotypic/device/cuda_sums.cuh>
#include <isotypic/model/optimizer.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// Batches of Eigen matrices through an engine of polar factors, on both devices. Eigen's part is compiled once, in items.cpp.
namespace isotypic {

using formulas::dense, formulas::gaussian;
using items = std::vector<dense>;

template <class T>
void put(items const& a, storage<T>& x) {
    for (index_t k = 0; k < x.all.count; ++k)
        for (index_t i = 0; i < x.all.rows(); ++i)
            for (index_t j = 0; j < x.all.cols(); ++j) x.all.panel(k)(i, j) = T(a[std::size_t(k)](i, j));
}
template <class T>
items taken(storage<T> const& x) {
    items a;
    for (index_t k = 0; k < x.all.count; ++k) {
        a.emplace_back(x.all.rows(), x.all.cols());
        for (index_t i = 0; i < x.all.rows(); ++i)
            for (index_t j = 0; j < x.all.cols(); ++j) a.back()(i, j) = double(x.all.panel(k)(i, j));
    }
    return a;
}

template <class T, class Engine>
items on_device(cuda& device, Engine const& engine, items const& a, order o = order::rows, bool in_place = false) {
    storage<T> x(a[0].rows(), a[0].cols(), o, 0, index_t(a.size())), u(a[0].rows(), a[0].cols(), o, 0, index_t(a.size()));
    put(a, x), u.fill(3);
    on_gpu<T> gx(x), gu(u);
    polar_of_items(device, engine, blocks<T const, gpu>(gx.all), in_place ? gx.all : gu.all);
    device.synchronize();
    (in_place ? gx : gu).read();
    return taken(in_place ? x : u);
}
template <class T, class Engine>
items here(Engine const& engine, items const& a) {
    storage<T> x(a[0].rows(), a[0].cols(), order::rows, 0, index_t(a.size()));
    put(a, x);
    cpu device;
    spectral<Engine>{engine}.steepest(device, blocks<T const>(x.all), x.all);
    return taken(x);
}
double apart(items const& a, items const& b);

/// Singular values from 1 down to 1 / condition, evenly in their logarithm; `rank` of them are not zero.
dense spread(index_t m, index_t n, double condition, index_t rank, std::uint64_t which);
items families(index_t m, index_t n);
inline const std::pair<index_t, index_t> factor_shapes[] = {{5, 12}, {12, 5}, {8, 8}, {1, 9}, {9, 1}, {1, 1}, {70, 83}, {150, 133}};

/// Largest |1 - sigma_i| over the sigma_i that are not to be 0.
double off(dense const& u, index_t rank);

/// What may be lost of a map, as on the CPU: singular values of 1e-3 have squares of 1e-6.
template <class T>
constexpr double lost = sizeof(T) == 4 ? 2e-2 : 1e-9;

/// Four steps of a rule on both devices from the same numbers: how far apart the weights are, and how far they went.
template <class T, class Rule>
std::pair<double, double> steps(Rule const& rule, index_t m, index_t n) {
    storage<T> w(m, n), v(m, n), g(m, n);
    w.fill(1), v.fill(1), g.fill(2);
    const items before = taken(w);
    on_gpu<T> gw(v), gg(g);
    optimizer reference(as<projection>(w.all), rule, 0.02);
    optimizer mine(as<projection>(gw.all), rule, 0.02);
    for (std::uint64_t t = 0; t < 4; ++t) {
        g.fill(2 + t), gg.write();
        reference.step(g.all), mine.step(gg.all);
    }
    gw.read();
    return {distance(blocks<T const>(w.all), blocks<T const>(v.all)), apart(taken(w), before)};
}

}  // namespace isotypic
