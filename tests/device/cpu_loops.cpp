// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_loops.hpp>
#include "storage.hpp"
#include "device/shapes.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

/// One rule with every kind of rounding: products, sums, a square root, a division.
const auto mix = [](auto const& g, auto& m, auto& w) {
    using T = std::remove_reference_t<decltype(m)>;
    m = T(0.9) * m + T(0.1) * g;
    w = w - T(0.01) * m / (std::sqrt(w * w + g * g) + T(0.001));
};
const auto rowwise = [](double r, auto const& g, auto& w) {
    using T = std::remove_reference_t<decltype(w)>;
    w = T(double(w) - r * double(g) * 0.3);
};

template <class T>
std::vector<T> transformed(cpu& d, index_t m, index_t n, order o, index_t shift) {
    storage<T> g(m, n, o, shift), a(m, n, o, shift + 1), w(m, n, o, shift + 2);
    g.fill(1), a.fill(2), w.fill(3);
    transform(d, mix, blocks<T const>(g.all), a.all, w.all);
    auto all = elements(a.one()), more = elements(w.one());
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

template <class T>
std::vector<T> row_transformed(cpu& d, index_t m, index_t n, order o, index_t shift) {
    storage<T> g(m, n, o, shift), w(m, n, o, shift + 1);
    storage<double> r(1, m, order::rows, shift);
    g.fill(1), w.fill(2), r.fill(3);
    transform_rows(d, rowwise, r.one().data, blocks<T const>(g.all), w.all);
    return elements(w.one());
}

}  // namespace

TEST_CASE_TEMPLATE("transform and transform_rows visit every element once, in place", T, float, double) {
    cpu d;
    for (order o : orders)
        for (auto [m, n] : shapes) {
            storage<T> x(m, n, o), y(m, n, o);
            x.fill(1), y.fill(2);
            const auto a = elements(x.one()), b = elements(y.one());
            transform(d, [](T const& u, T& v) { v += 2 * u; }, x.all, y.all);
            const auto c = elements(y.one());
            double worst = 0;
            for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double(c[i]) - (double(b[i]) + 2 * double(a[i]))));
            CHECK(worst <= std::numeric_limits<T>::epsilon() * 4);

            std::vector<double> r;
            for (index_t i = 0; i < m; ++i) r.push_back(double(i + 1));
            transform_rows(d, [](double s, T& v) { v = T(s); }, r.data(), y.all);
            bool right = true;
            for (index_t i = 0; i < m; ++i)
                for (index_t j = 0; j < n; ++j) right = right && y.one()(i, j) == T(i + 1);
            CHECK(right);
        }
}

TEST_CASE_TEMPLATE("operands of different order meet element by element", T, float, double) {
    cpu d;
    for (order a : orders)
        for (order b : orders) {
            storage<T> x(37, 53, a), y(37, 53, b);
            x.fill(1);
            transform(d, [](T const& u, T& v) { v = u; }, x.all, y.all);
            CHECK(same_bits(elements(x.one()), elements(y.one())));
        }
}

TEST_CASE_TEMPLATE("batches and pairs hand each panel the numbers of its rows", T, float, double) {
    cpu d;
    storage<T> gate(3, 4, order::rows, 0, 2), up(3, 4, order::rows, 0, 2);
    blocks<T> pair = gate.all;
    pair.joined = true, pair.second = up.one().data;
    const double shared[6] = {1, 2, 3, 4, 5, 6};
    auto set = [](double s, T& v) { v = T(s); };
    CHECK(row_count(pair) == 6);
    transform_rows(d, set, shared, pair);
    for (index_t k = 0; k < 2; ++k)
        for (index_t p = 0; p < 2; ++p)
            for (index_t i = 0; i < 3; ++i) CHECK(pair.panel(k, p)(i, 3) == T(3 * k + i + 1));

    const auto stacked = pair.transposed();
    const double own[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    CHECK(row_count(stacked) == 16);
    transform_rows(d, set, own, stacked);
    for (index_t k = 0; k < 2; ++k)
        for (index_t p = 0; p < 2; ++p)
            for (index_t j = 0; j < 4; ++j) CHECK(pair.panel(k, p)(2, j) == T(8 * k + 4 * p + j + 1));
}

TEST_CASE_TEMPLATE("element-wise bits do not depend on threads or addresses", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) { return transformed<T>(d, m, n, o, shift); });
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) { return row_transformed<T>(d, m, n, o, shift); });
}

TEST_CASE_TEMPLATE("an element's bits do not depend on how many follow it: vector body and tail round alike", T, float, double) {
    cpu d;
    for (order o : orders)
        for (index_t shift : {0, 1, 3}) {
            storage<T> g(70, 1, o, shift), a(70, 1, o, shift + 1), w(70, 1, o, shift);
            auto run = [&](index_t n) {
                g.fill(1), a.fill(2), w.fill(3);
                auto first = [&](storage<T>& x) { return blocks<T>(x.one().part(0, 0, n, 1)); };
                transform(d, mix, blocks<T const>(first(g)), first(a), first(w));
                const std::vector<double> r(std::size_t(n), 0.7);
                transform_rows(d, rowwise, r.data(), blocks<T const>(first(a)).transposed(), first(w).transposed());
                transform_rows(d, rowwise, r.data(), blocks<T const>(first(g)), first(w));
                return elements(w.one().part(0, 0, n, 1));
            };
            auto whole = run(70);
            for (index_t n = 1; n < 70; ++n) {
                const auto some = run(n);
                CHECK(same_bits(some, std::vector<T>(whole.begin(), whole.begin() + n)));
            }
        }
}

TEST_CASE("nothing happens to nothing") {
    cpu d;
    int calls = 0;
    transform(d, [&](float&) { ++calls; }, blocks<float>(view<float>(nullptr, 0, 5)));
    transform(d, [&](float&) { ++calls; }, blocks<float>(view<float>(nullptr, 5, 5), 0, 25));
    transform_rows(d, [&](double, float&) { ++calls; }, nullptr, blocks<float>(view<float>(nullptr, 5, 0)));
    CHECK(calls == 0);
}
