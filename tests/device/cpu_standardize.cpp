// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_standardize_derivative.hpp>
#include <isotypic/device/thread_pool.hpp>
#include "storage.hpp"
#include <doctest/doctest.h>

using namespace isotypic;

namespace {

constexpr standardization all_kinds[] = {{}, {.eps = 0.1}, {.centred = true}, {.eps = 0.1, .centred = true}, {.unit = true}, {.centred = true, .together = true}};

struct reference {
    long double mean, inverse;
};
/// By two passes in long double.
template <class T, class F>
reference of_line(standardization how, index_t n, F const& at) {
    long double mean = 0, sum = 0;
    for (index_t j = 0; j < n && how.centred; ++j) mean += static_cast<long double>(at(j)) / n;
    for (index_t j = 0; j < n; ++j) sum += (at(j) - mean) * (at(j) - mean);
    const long double size = sum / (how.unit ? 1 : n) + how.eps;
    return {mean, size > 0 ? 1 / std::sqrt(size) : 0};
}

/// The largest errors of y and of the derivative against their formulas, over the largest entry.
template <class T>
std::pair<double, double> errors(standardization how, index_t items, index_t rows, index_t cols, order o, double size = 1, double shift = 0) {
    cpu d;
    storage<T> x(rows, cols, o, 0, items), t(rows, cols, o, 1, items), y(rows, cols, o, 2, items), out(rows, cols, o, 3, items);
    x.fill(1, size), t.fill(2);
    transform(d, [shift](T& v) { v += T(shift); }, x.all);
    std::vector<double> m(std::size_t(items * rows)), r = m;
    standardize<T>(d, how, x.all, y.all, {m.data(), r.data()});
    standardize_derivative<T>(d, how, {m.data(), r.data()}, x.all, t.all, out.all);
    long double wrong = 0, most = 0, wrong_derivative = 0, most_derivative = 0;
    const index_t n = how.together ? items * cols : cols;
    for (index_t l = 0; l < (how.together ? rows : items * rows); ++l) {
        auto at = [&](blocks<T> const& b, index_t j) -> T& { return how.together ? b.panel(j / cols)(l, j % cols) : b.panel(l / rows)(l % rows, j); };
        const reference f = of_line<T>(how, n, [&](index_t j) { return static_cast<long double>(at(x.all, j)); });
        long double mean = 0, along = 0;
        for (index_t j = 0; j < n; ++j) {
            if (how.centred) mean += static_cast<long double>(at(t.all, j)) / n;
            along += f.inverse * (at(x.all, j) - f.mean) * at(t.all, j) / (how.unit ? 1 : n);
        }
        for (index_t j = 0; j < n; ++j) {
            const long double u = f.inverse * (at(x.all, j) - f.mean), v = f.inverse * (at(t.all, j) - mean - u * along);
            wrong = std::max(wrong, std::abs(u - at(y.all, j))), most = std::max(most, std::abs(u));
            wrong_derivative = std::max(wrong_derivative, std::abs(v - at(out.all, j))), most_derivative = std::max(most_derivative, std::abs(v));
        }
    }
    return {double(wrong / most), double(wrong_derivative / most_derivative)};
}

/// y, the derivative and the gradients of gain and shift, in a row.
template <class T>
std::vector<T> all_results(cpu& d, standardization how, index_t items, index_t rows, index_t cols, order o, index_t shift) {
    storage<T> x(rows, cols, o, shift, items), t(rows, cols, o, shift + 1, items), y(rows, cols, o, shift + 2, items), out(rows, cols, o, shift + 3, items);
    x.fill(1), t.fill(2);
    const index_t places = how.together ? rows : cols;
    std::vector<T> gain(std::size_t(places), T(1.5)), offset(std::size_t(places), T(0.25));
    std::vector<double> m(std::size_t(items * rows)), r = m, dgain(std::size_t(places), 0.0), doffset = dgain;
    const line_affine<T> a{gain.data(), offset.data(), 0, how.together};
    standardize<T>(d, how, x.all, y.all, {m.data(), r.data()}, a);
    standardize_derivative<T>(d, how, {m.data(), r.data()}, x.all, t.all, out.all, a, {dgain.data(), doffset.data()}, places);
    std::vector<T> found;
    for (index_t k = 0; k < items; ++k)
        for (view<T> v : {y.all.panel(k), out.all.panel(k)})
            for (T e : elements(v)) found.push_back(e);
    for (index_t j = 0; j < places; ++j) found.push_back(T(dgain[std::size_t(j)])), found.push_back(T(doffset[std::size_t(j)]));
    return found;
}

}  // namespace

TEST_CASE_TEMPLATE("a standardization and its derivative are their formulas in every layout and length", T, float, double) {
    const double u = std::numeric_limits<T>::epsilon();
    INFO("ISOTYPIC_SEED=", seed());
    for (standardization how : all_kinds)
        for (order o : orders)
            for (index_t cols : {1, 2, 7, 8, 9, 31, 260}) {
                if (how.centred && cols == 1) continue;
                const auto e = errors<T>(how, 3, 5, cols, o);
                const double y = e.first, derivative = e.second;
                CAPTURE(cols);
                CHECK(y < 4 * u);
                if (cols > 2) CHECK(derivative < 40 * u);  // of one or two numbers it is 0, or nearly
            }
    CHECK(errors<T>({.centred = true}, 1, 600, 300, order::columns).first < 16 * u);
}

TEST_CASE_TEMPLATE("a far mean costs what rounding of the mean to double costs, no more", T, float, double) {
    const double u = std::numeric_limits<T>::epsilon();
    for (order o : orders)
        for (double shift : {1e2, 1e4}) {
            const double mean = sizeof(T) == 8 ? shift : 0;  // m is a double
            CHECK(errors<T>({.centred = true}, 2, 4, 100, o, 1, shift).first < (8 + mean) * u);
            CHECK(errors<T>({.centred = true, .together = true}, 2, 4, 100, o, 1, shift).first < (8 + mean) * u);
        }
}

TEST_CASE("a first number far from the rest does not spoil the mean") {
    cpu d;
    std::vector<double> x(1000, 1), y = x;
    x[0] = 1e9, x[1] = 2;
    double m = 0, r = 0;
    standardize<double>(d, {.centred = true}, view<double const>(x.data(), 1, 1000), view<double>(y.data(), 1, 1000), {&m, &r});
    const reference f = of_line<double>({.centred = true}, 1000, [&](index_t j) { return static_cast<long double>(x[std::size_t(j)]); });
    CHECK(std::abs(m - double(f.mean)) < 1e-15 * 1e9);
    CHECK(std::abs(r - double(f.inverse)) < 1e-14 * r);
}

TEST_CASE_TEMPLATE("every finite scale, zeros and what does not vary", T, float, double) {
    const double least = sizeof(T) == 8 ? 1e-300 : 1e-30, u = std::numeric_limits<T>::epsilon();
    for (order o : orders)
        for (double size : {least, 1e-10, 1e10, 1 / least})
            for (standardization how : {standardization{}, standardization{.centred = true}, standardization{.unit = true}})
                CHECK(errors<T>(how, 1, 3, 20, o, size).first < 8 * u);
    cpu d;
    for (order o : orders) {
        storage<T> x(2, 9, o), y(2, 9, o);
        x.fill(1);
        for (index_t j = 0; j < 9; ++j) x.one()(0, j) = T(0.1), x.one()(1, j) = 0;
        double m[2], r[2];
        standardize<T>(d, {.centred = true}, x.all, y.all, {m, r});
        CHECK(elements(y.one()) == std::vector<T>(18, T(0)));
        standardize<T>(d, {.eps = 1e-5}, x.all, y.all, {m, r});
        CHECK(y.one()(1, 3) == 0);
        CHECK(r[1] == doctest::Approx(std::sqrt(1e5)));
    }
}

TEST_CASE("what is not finite makes m or r not finite") {
    cpu d;
    for (order o : orders)
        for (double bad : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
            for (standardization how : all_kinds)
                for (index_t j : {0, 5, 8}) {
                    storage<double> x(3, 9, o), y(3, 9, o);
                    x.fill(1);
                    x.one()(1, j) = bad;
                    double m[3] = {}, r[3] = {};
                    standardize<double>(d, how, x.all, y.all, {m, r});
                    CHECK(!(std::isfinite(m[1]) && std::isfinite(r[1])));
                    CHECK((std::isfinite(m[2]) && std::isfinite(r[2])));
                }
}

TEST_CASE("y may be x and out may be t") {
    cpu d;
    for (standardization how : all_kinds)
        for (order o : orders) {
            storage<float> x(5, 19, o, 0, 2), t(5, 19, o, 0, 2), y(5, 19, o, 0, 2), out(5, 19, o, 0, 2);
            x.fill(1), t.fill(2);
            std::vector<double> m(10), r(10);
            standardize<float>(d, how, x.all, y.all, {m.data(), r.data()});
            standardize_derivative<float>(d, how, {m.data(), r.data()}, x.all, t.all, out.all);
            standardize_derivative<float>(d, how, {m.data(), r.data()}, x.all, t.all, t.all);
            standardize<float>(d, how, x.all, x.all, {m.data(), r.data()});
            for (index_t k = 0; k < 2; ++k) {
                CHECK(elements(x.all.panel(k)) == elements(y.all.panel(k)));
                CHECK(elements(t.all.panel(k)) == elements(out.all.panel(k)));
            }
        }
}

TEST_CASE("the same bits for every number of threads and every address") {
    cpu one;
    for (standardization how : {standardization{.centred = true}, standardization{.eps = 0.1}, standardization{.centred = true, .together = true}})
        for (order o : {order::rows, order::columns}) {
            const auto plain = all_results<float>(one, how, 3, 700, 130, o, 0);
            for (index_t threads : {2, 3, 7}) {
                thread_pool pool(threads);
                cpu d(pool);
                CHECK(same_bits(plain, all_results<float>(d, how, 3, 700, 130, o, threads)));
            }
        }
}

TEST_CASE("gain and shift and their gradients are the plain results, scaled and summed") {
    cpu d;
    for (standardization how : all_kinds)
        for (order o : orders) {
            const index_t items = 2, rows = 6, cols = 21, places = how.together ? rows : cols;
            const auto found = all_results<double>(d, how, items, rows, cols, o, 0);
            storage<double> x(rows, cols, o, 0, items), t(rows, cols, o, 0, items), y(rows, cols, o, 0, items), out(rows, cols, o, 0, items);
            x.fill(1), t.fill(2);
            std::vector<double> m(12), r(12), gain(std::size_t(places), 0.0), shift = gain;
            standardize<double>(d, how, x.all, y.all, {m.data(), r.data()});
            standardize_derivative<double>(d, how, {m.data(), r.data()}, x.all, t.all, out.all);
            double worst = 0;
            std::size_t at = 0;
            for (index_t k = 0; k < items; ++k) {
                for (double v : elements(y.all.panel(k))) worst = std::max(worst, std::abs(found[at++] - (1.5 * v + 0.25)));
                for (double v : elements(out.all.panel(k))) worst = std::max(worst, std::abs(found[at++] - 1.5 * v));
                for (index_t i = 0; i < rows; ++i)
                    for (index_t j = 0; j < cols; ++j) {
                        const auto p = std::size_t(how.together ? i : j);
                        gain[p] += t.all.panel(k)(i, j) * y.all.panel(k)(i, j), shift[p] += t.all.panel(k)(i, j);
                    }
            }
            for (std::size_t j = 0; j < gain.size(); ++j) worst = std::max({worst, std::abs(found[at] - gain[j]), std::abs(found[at + 1] - shift[j])}), at += 2;
            CHECK(worst < 1e-12);
        }
}
