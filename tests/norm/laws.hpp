// SPDX-License-Identifier: MIT
#pragma once
#include "storage.hpp"
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/device/device.hpp>
#include <isotypic/group/product.hpp>
#include <isotypic/group/symmetry.hpp>
#include <doctest/doctest.h>

/// \file
/// What every norm N with dual N* and steepest direction u owes: on single matrices, batches and joined pairs,
///
///     <x, u> = N*(x)     N(u) = 1     |<x, y>| <= N*(x) N(y)     N(t x) = |t| N(x)     N(x + y) <= N(x) + N(y)
///
/// invariance of N and N* and equivariance of u under the group that the norm declares, and zero for zero.
namespace isotypic {

template <class T>
struct sample_block {
    storage<T> one, two;
    blocks<T> all;
    sample_block(index_t m, index_t n, order o, index_t items, bool pair, std::uint64_t which)
        : one(m, n, o, 0, items), two(m, n, o, 0, items), all(one.all) {
        one.fill(which), two.fill(which + 100);
        if (pair) all.joined = true, all.second = two.one().data;
    }
};

template <class T>
double inner(cpu& d, blocks<T> const& x, blocks<T> const& y) {
    std::vector<double> items(std::size_t(x.count));
    item_sums(d, [](T a, T b) { return double(a) * double(b); }, items.data(), x, y);
    double sum = 0;
    for (double v : items) sum += v;
    return sum;
}

/// y <- g x h' for each item, g and h drawn once; a pair counts as one matrix of rows x 2 cols.
template <class G, class T>
void act(random_stream& random, blocks<T> const& x, blocks<T> const& y) {
    const index_t m = x.rows(), n = x.cols(), panels = x.panels();
    storage<double> g(m, m), h(n * panels, n * panels), t(m, n * panels);
    G::rows::sample(g.one(), random), G::cols::sample(h.one(), random);
    for (index_t k = 0; k < x.count; ++k) {
        for (index_t i = 0; i < m; ++i)
            for (index_t j = 0; j < n * panels; ++j) {
                t.one()(i, j) = 0;
                for (index_t l = 0; l < n * panels; ++l) t.one()(i, j) += double(x.panel(k, l / n)(i, l % n)) * h.one()(j, l);
            }
        for (index_t i = 0; i < m; ++i)
            for (index_t j = 0; j < n * panels; ++j) {
                double sum = 0;
                for (index_t l = 0; l < m; ++l) sum += g.one()(i, l) * t.one()(l, j);
                y.panel(k, j / n)(i, j % n) = T(sum);
            }
    }
}

template <class T>
double distance(blocks<T> const& x, blocks<T> const& y) {
    double most = 0;
    for (index_t i = 0; i < x.matrices(); ++i)
        for (index_t r = 0; r < x.rows(); ++r)
            for (index_t c = 0; c < x.cols(); ++c) most = std::max(most, std::abs(double(x.matrix(i)(r, c)) - double(y.matrix(i)(r, c))));
    return most;
}

/// `tight` bounds rounding, `band` what the steepest direction's engine leaves between its value and 1.
template <class T, class Norm>
void check_norm_laws(Norm const& norm, double tight, double band) {
    cpu d;
    random_stream random(seed(), 9);
    for (order o : orders)
        for (auto shape : {std::pair<index_t, index_t>{1, 1}, {4, 9}, {9, 4}, {5, 5}, {1, 7}, {7, 1}})
            for (index_t items : {1, 3})
                for (bool pair : {false, true}) {
                    const index_t m = shape.first, n = shape.second;
                    INFO("seed ", seed(), ", ", m, " x ", n, ", order ", int(o), ", ", items, " items, pair ", pair);
                    auto make = [&](std::uint64_t which) { return sample_block<T>(m, n, o, items, pair, which); };
                    auto x = make(1), y = make(2), u = make(3), gx = make(4), gu = make(5);
                    const blocks<T const> in = x.all;
                    norm.steepest(d, in, u.all);
                    const double dual = norm.dual(d, in), value = norm.value(d, in);
                    CHECK(inner<T>(d, x.all, u.all) == doctest::Approx(dual).epsilon(tight));
                    CHECK(norm.value(d, u.all) == doctest::Approx(1).epsilon(band));
                    CHECK(std::abs(inner<T>(d, x.all, y.all)) <= dual * norm.value(d, y.all) * (1 + band));
                    CHECK(inner<T>(d, x.all, x.all) <= dual * value * (1 + band));

                    scale(d, -3, x.all, gx.all);
                    CHECK(norm.value(d, gx.all) == doctest::Approx(3 * value).epsilon(tight));
                    CHECK(norm.dual(d, gx.all) == doctest::Approx(3 * dual).epsilon(tight));
                    transform(d, [](T const& a, T const& b, T& c) { c = a + b; }, x.all, y.all, gx.all);
                    CHECK(norm.value(d, gx.all) <= (value + norm.value(d, y.all)) * (1 + tight));

                    using G = typename Norm::invariant_under;
                    const auto before = random;
                    act<G>(random, x.all, gx.all);
                    CHECK(norm.value(d, gx.all) == doctest::Approx(value).epsilon(tight));
                    CHECK(norm.dual(d, gx.all) == doctest::Approx(dual).epsilon(tight));
                    random = before;
                    act<G>(random, u.all, gu.all);
                    norm.steepest(d, blocks<T const>(gx.all), gx.all);  // in place
                    CHECK(distance(gx.all, gu.all) < tight * 100);

                    transform(d, [](T& a) { a = 0; }, x.all);
                    norm.steepest(d, in, u.all);
                    CHECK(distance(u.all, x.all) == 0);
                    CHECK(norm.value(d, in) == 0);
                    CHECK(norm.dual(d, in) == 0);
                }
    const blocks<T const> none(view<T>(nullptr, 0, 3));
    norm.steepest(d, none, blocks<T>(view<T>(nullptr, 0, 3)));
    CHECK(norm.value(d, none) == 0);
    CHECK(norm.dual(d, none) == 0);
}

/// u does not depend on the scale of x, from `least` to `most`.
template <class T, class Norm>
void check_scales(Norm const& norm, double least, double most, double tight) {
    cpu d;
    sample_block<T> x(4, 6, order::rows, 1, false, 1), u(4, 6, order::rows, 1, false, 2), v(4, 6, order::rows, 1, false, 3);
    norm.steepest(d, blocks<T const>(x.all), u.all);
    const double value = norm.value(d, x.all);
    for (double s : {least, most}) {
        x.one.fill(1);
        scale(d, s, x.all, x.all);
        norm.steepest(d, blocks<T const>(x.all), v.all);
        CHECK(distance(u.all, v.all) < tight);
        CHECK(norm.value(d, x.all) / s == doctest::Approx(value).epsilon(tight));
    }
}

/// A NaN gives NaN, wherever it is and whatever is beside it; an infinity gives infinity.
template <class Norm>
void check_not_finite(Norm const& norm) {
    cpu d;
    auto check = [&](auto zero) {
        using T = decltype(zero);
        constexpr T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
        for (order o : orders)
            for (bool pair : {false, true})
                for (index_t at = 0; at < 24; ++at)
                    for (T size : {T(0), T(1)}) {
                        INFO("entry ", at, " of ", size, ", order ", int(o), ", pair ", pair);
                        sample_block<T> x(3, 4, o, 2, pair, 1);
                        scale(d, double(size), x.all, x.all);
                        T& entry = x.all.panel(at / 12)(at / 4 % 3, at % 4);
                        entry = -infinity;
                        CHECK(norm.value(d, x.all) == infinity);
                        x.all.panel(1)(2, 3) = infinity;
                        CHECK(norm.value(d, x.all) == infinity);
                        entry = nan;
                        CHECK(std::isnan(norm.value(d, x.all)));
                    }
    };
    check(0.f), check(0.);
}

}  // namespace isotypic
