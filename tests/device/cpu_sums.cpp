// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_sums.hpp>
#include "device/shapes.hpp"

using namespace isotypic;

namespace {

const auto square = [](auto v) { return double(v) * double(v); };
const auto product = [](auto a, auto b) { return double(a) * double(b); };

template <class T>
std::vector<double> all_sums(cpu& d, index_t m, index_t n, order o, index_t shift) {
    storage<T> x(m, n, o, shift), y(m, n, o, shift + 1);
    x.fill(1), y.fill(2);
    std::vector<double> out(std::size_t(2 * m + 1));
    row_sums(d, square, x.all, out.data());
    row_norms(d, y.all, out.data() + m);
    item_sums(d, product, out.data() + 2 * m, x.all, y.all);
    return out;
}

/// Largest error of row norms against long double, in units of 1e-15 of the norm (of the least number, if that is
/// more), for a matrix of numbers about `size`.
template <class T>
double norm_error(double size, order o) {
    cpu d;
    storage<T> x(9, 37, o);
    x.fill(1, size);
    double r[9], worst = 0;
    row_norms(d, x.all, r);
    for (index_t i = 0; i < 9; ++i) {
        long double sum = 0;
        for (index_t j = 0; j < 37; ++j) sum += static_cast<long double>(x.one()(i, j)) * x.one()(i, j);
        const long double norm = std::sqrt(sum), least = std::numeric_limits<double>::denorm_min();
        worst = std::max(worst, double(std::abs(r[i] - norm) / std::max(1e-15L * norm, least)));
    }
    return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("row and item sums agree with plain loops", T, float, double) {
    cpu d;
    for (order o : orders)
        for (auto [m, n] : shapes) {
            storage<T> x(m, n, o), y(m, n, o);
            x.fill(1), y.fill(2);
            std::vector<double> rows(std::size_t(m), 0.0);
            row_sums(d, [](T v) { return double(v); }, x.all, rows.data());
            double item = 0, total = 0, worst = 0;
            item_sums(d, product, &item, x.all, y.all);
            for (index_t i = 0; i < m; ++i) {
                double sum = 0;
                for (index_t j = 0; j < n; ++j) sum += x.one()(i, j), total += double(x.one()(i, j)) * y.one()(i, j);
                worst = std::max(worst, std::abs(rows[std::size_t(i)] - sum));
            }
            CHECK(worst < 1e-10);
            CHECK(std::abs(item - total) < 1e-10);
        }
}

TEST_CASE_TEMPLATE("sums of items of different order", T, float, double) {
    cpu d;
    for (order a : orders)
        for (order b : orders) {
            storage<T> x(31, 45, a), y(31, 45, b);
            x.fill(1), y.fill(2);
            double sum = 0, naive = 0;
            item_sums(d, product, &sum, x.all, y.all);
            for (index_t i = 0; i < 31; ++i)
                for (index_t j = 0; j < 45; ++j) naive += product(x.one()(i, j), y.one()(i, j));
            CHECK(std::abs(sum - naive) < 1e-12);
        }
}

TEST_CASE_TEMPLATE("sums do not depend on threads or addresses", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) { return all_sums<T>(d, m, n, o, shift); });
}

TEST_CASE_TEMPLATE("a row's sum does not depend on how many rows follow it", T, float, double) {
    cpu d;
    for (order o : orders)
        for (index_t shift : {0, 1}) {
            storage<T> x(70, 33, o, shift);
            x.fill(1);
            std::vector<double> whole(70), some(70);
            row_sums(d, [](T v) { return v * v; }, x.all, whole.data());
            for (index_t m = 1; m < 70; ++m) {
                row_sums(d, [](T v) { return v * v; }, blocks<T>(x.one().part(0, 0, m, 33)), some.data());
                CHECK(std::equal(some.begin(), some.begin() + m, whole.begin()));
            }
        }
}

TEST_CASE_TEMPLATE("pairs sum over both panels, stacked pairs apart, items apart", T, float, double) {
    cpu d;
    storage<T> gate(3, 4, order::rows, 0, 2), up(3, 4, order::rows, 0, 2);
    gate.fill(1), up.fill(2);
    blocks<T> pair = gate.all;
    pair.joined = true, pair.second = up.one().data;
    double shared[6], own[16], items[2];
    row_norms(d, pair, shared);
    row_norms(d, pair.transposed(), own);
    item_sums(d, square, items, pair);
    for (index_t k = 0; k < 2; ++k) {
        double item = 0;
        for (index_t i = 0; i < 3; ++i) {
            double sum = 0;
            for (index_t p = 0; p < 2; ++p)
                for (index_t j = 0; j < 4; ++j) sum += square(pair.panel(k, p)(i, j));
            CHECK(shared[3 * k + i] == doctest::Approx(std::sqrt(sum)).epsilon(1e-14));
            item += sum;
        }
        CHECK(items[k] == doctest::Approx(item).epsilon(1e-14));
        for (index_t p = 0; p < 2; ++p)
            for (index_t j = 0; j < 4; ++j) {
                double sum = 0;
                for (index_t i = 0; i < 3; ++i) sum += square(pair.panel(k, p)(i, j));
                CHECK(own[8 * k + 4 * p + j] == doctest::Approx(std::sqrt(sum)).epsilon(1e-14));
            }
    }
}

TEST_CASE("norms neither overflow nor vanish anywhere in the range of the type") {
    for (order o : orders) {
        for (double size : {1e-45, 1e-38, 1e-30, 1e-15, 1., 1e15, 1e30, 3e38}) CHECK(norm_error<float>(size, o) < 1);
        for (double size : {5e-324, 1e-308, 1e-300, 1e-160, 1e-150, 1., 1e150, 1e160, 1e300}) CHECK(norm_error<double>(size, o) < 1);
    }
}

TEST_CASE("pairs of huge and tiny doubles, item by item") {
    cpu d;
    double m[16], r[4], c[8];
    for (index_t i = 0; i < 16; ++i) m[i] = (i < 8 ? 3e200 : 4e200) * (i % 8 < 4 ? 1 : 1e-50);
    blocks<double> pair(view<double>(m, 1, 2), 2, 2);  // items at 0 and 2, second panels at 8 and 10
    pair.joined = true, pair.second = m + 8;
    row_norms(d, pair, r);
    for (index_t k = 0; k < 2; ++k) CHECK(r[k] == doctest::Approx(std::sqrt(50.) * 1e200));
    pair.first.data += 4, pair.second += 4;
    for (index_t i = 4; i < 8; ++i) m[i] = 3e-200 * double(i - 3), m[i + 8] = 4e-200 * double(i - 3);
    row_norms(d, pair.transposed(), c);
    for (index_t k = 0; k < 2; ++k)
        for (index_t p = 0; p < 2; ++p)
            for (index_t j = 0; j < 2; ++j) CHECK(c[4 * k + 2 * p + j] / ((p ? 4e-200 : 3e-200) * double(2 * k + j + 1)) == doctest::Approx(1));
}

TEST_CASE("a row that holds a NaN has norm NaN, else one that holds an infinity has norm infinity") {
    cpu d;
    constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    double m[8] = {0, nan, infinity, nan, -infinity, 0, 1e-200, infinity}, r[4];
    row_norms(d, blocks<double>(view<double>(m, 4, 2)), r);
    CHECK((std::isnan(r[0]) && std::isnan(r[1])));
    CHECK((r[2] == infinity && r[3] == infinity));
}

TEST_CASE("empty blocks sum to zero") {
    cpu d;
    double out[3] = {7, 7, 7};
    row_norms(d, blocks<double>(view<double>(nullptr, 3, 0)), out);
    CHECK(out[0] == 0);
    CHECK(out[2] == 0);
    out[0] = out[1] = 7;
    item_sums(d, square, out, blocks<float>(view<float>(nullptr, 0, 4), 2, 0));
    CHECK(out[0] == 0);
    CHECK(out[1] == 0);
    row_sums(d, square, blocks<float>(view<float>(nullptr, 0, 4)), nullptr);
}
