// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_sums.hpp>
#include <isotypic/device/device.hpp>
#include "device/shapes.hpp"

using namespace isotypic;

namespace {

/// Gate and up of two experts, as one block.
template <class T>
struct pair_of {
    storage<T> gate, up;
    blocks<T> all;
    pair_of(index_t m, index_t n, order o) : gate(m, n, o, 0, 2), up(m, n, o, 0, 2), all(gate.all) {
        gate.fill(1), up.fill(2);
        all.joined = true, all.second = up.one().data;
    }
};

}  // namespace

TEST_CASE_TEMPLATE("copy, scale and scale_rows, also in place", T, float, double) {
    cpu d;
    for (order o : orders) {
        storage<T> x(5, 6, o), y(5, 6);
        x.fill(1);
        const double r[5] = {1, 2, 0, -1, 0.5};
        copy(d, blocks<T const>(x.all), y.all);
        CHECK(same_bits(elements(x.one()), elements(y.one())));
        copy(d, y.all, y.all);
        CHECK(same_bits(elements(x.one()), elements(y.one())));
        scale(d, 0.25, x.all, y.all);
        scale_rows(d, r, y.all, y.all);
        for (index_t i = 0; i < 5; ++i)
            for (index_t j = 0; j < 6; ++j) CHECK(y.one()(i, j) == T(r[i]) * (x.one()(i, j) / 4));
    }
}

TEST_CASE_TEMPLATE("mean_row and subtract_row centre, pairs and stacked pairs too", T, float, double) {
    cpu d;
    for (order o : orders) {
        pair_of<T> x(5, 3, o);
        for (bool stacked : {false, true}) {
            const auto b = stacked ? x.all.transposed() : x.all;
            std::vector<double> mean(std::size_t(row_count(b.transposed())));
            mean_row(d, b, mean.data());
            // A joined pair has its columns side by side; a stacked one shares them between 2 rows() rows.
            for (index_t k = 0; k < 2; ++k)
                for (index_t j = 0; j < b.cols(); ++j) {
                    double sum[2] = {};
                    for (index_t p = 0; p < 2; ++p)
                        for (index_t i = 0; i < b.rows(); ++i) sum[p] += double(b.panel(k, p)(i, j));
                    double const* m = mean.data() + k * b.cols() * (stacked ? 1 : 2) + j;
                    if (stacked) {
                        CHECK(m[0] == doctest::Approx((sum[0] + sum[1]) / double(2 * b.rows())));
                    } else {
                        CHECK(m[0] == doctest::Approx(sum[0] / double(b.rows())));
                        CHECK(m[b.cols()] == doctest::Approx(sum[1] / double(b.rows())));
                    }
                }
            subtract_row(d, mean.data(), b, b);
            mean_row(d, b, mean.data());
            for (double m : mean) CHECK(std::abs(m) < double(std::numeric_limits<T>::epsilon()));
        }
    }
}

TEST_CASE_TEMPLATE("frobenius has the range of T", T, float, double) {
    cpu d;
    const double most = sizeof(T) == 4 ? 1e37 : 1e300, least = sizeof(T) == 4 ? 1e-44 : 1e-320;
    for (order o : orders)
        for (auto [m, n] : shapes)
            for (double size : {most, 1., least}) {
                storage<T> x(m, n, o);
                transform(d, [size](T& v) { v = T(size); }, x.all);
                CHECK(frobenius(d, x.all) / (double(T(size)) * std::sqrt(double(m * n))) == doctest::Approx(1).epsilon(size == least ? 0.01 : 1e-12));
            }
    CHECK(frobenius(d, blocks<T>(view<T>(nullptr, 0, 3))) == 0);
    pair_of<T> p(4, 3, order::rows);
    double square = 0;
    for (index_t i = 0; i < p.all.matrices(); ++i)
        for (T v : elements(p.all.matrix(i))) square += double(v) * double(v);
    CHECK(frobenius(d, p.all) == doctest::Approx(std::sqrt(square)));
}

TEST_CASE_TEMPLATE("frobenius does not depend on threads or addresses", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) {
        return std::vector<double>{frobenius(d, storage<T>(m, n, o, shift).fill(1).all)};
    });
}

TEST_CASE_TEMPLATE("a pair is gathered side by side, a stacked one above another, and scattered back", T, float, double) {
    cpu d;
    for (order o : orders)
        for (bool stacked : {false, true}) {
            pair_of<T> x(4, 3, o), y(4, 3, o);
            const auto from = stacked ? x.all.transposed() : x.all, to = stacked ? y.all.transposed() : y.all;
            const index_t m = from.rows(), n = from.cols();
            for (index_t k = 0; k < 2; ++k) {
                auto scope = d.scratch().open();
                const auto whole = gathered(d, item(blocks<T const>(from), k));
                REQUIRE(whole.rows == (stacked ? 2 * m : m));
                REQUIRE(whole.cols == (stacked ? n : 2 * n));
                for (index_t i = 0; i < m; ++i)
                    for (index_t j = 0; j < n; ++j) {
                        CHECK(whole(i, j) == from.panel(k, 0)(i, j));
                        CHECK(whole(stacked ? m + i : i, stacked ? j : n + j) == from.panel(k, 1)(i, j));
                    }
                transform(d, [](T& v) { v = 0; }, item(to, k));
                scattered(d, whole, item(to, k));
                for (index_t p = 0; p < 2; ++p) CHECK(same_bits(elements(to.panel(k, p)), elements(from.panel(k, p))));
            }
        }
    storage<T> lone(3, 2);
    lone.fill(1);
    CHECK(gathered(d, blocks<T const>(lone.all)).data == lone.one().data);
    storage<T> copy(3, 2);
    scattered(d, view<T const>(lone.one()), copy.all);
    CHECK(same_bits(elements(copy.one()), elements(lone.one())));
}

TEST_CASE("item k of a batch is a batch of its own") {
    pair_of<float> x(4, 3, order::columns);
    const auto i = item(x.all, 1);
    CHECK(i.count == 1);
    CHECK(i.panel(0, 0).data == x.all.panel(1, 0).data);
    CHECK(i.panel(0, 1).data == x.all.panel(1, 1).data);
}

TEST_CASE("a device has scratch memory") {
    static_assert(device<cpu> && !device<int>);
}
