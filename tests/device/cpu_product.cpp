// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/device/cpu_symmetric.hpp>
#include <isotypic/matrix/eigen.hpp>
#include "device/shapes.hpp"

using namespace isotypic;

namespace {

struct sizes {
    index_t m, n, k;
};
constexpr sizes cases[] = {{1, 1, 1}, {5, 7, 3}, {1, 33, 9}, {33, 1, 9}, {17, 19, 1}, {64, 65, 300}, {130, 31, 70}};

/// Largest error of alpha a b + beta c over the sum of moduli, in units of the rounding of T.
template <class T>
double product_error(cpu& d, sizes s, order oa, order ob, order oc, T alpha, T beta, index_t shift = 0) {
    storage<T> a(s.m, s.k, oa, shift), b(s.k, s.n, ob, shift + 1), c(s.m, s.n, oc, shift);
    a.fill(1), b.fill(2), c.fill(3);
    const auto before = elements(c.one());
    multiply<T>(d, alpha, a.one(), b.one(), beta, c.one());
    double worst = 0;
    for (index_t i = 0; i < s.m; ++i)
        for (index_t j = 0; j < s.n; ++j) {
            const double old = double(beta) * double(before[std::size_t(i * s.n + j)]);
            double sum = old, moduli = std::abs(old);
            for (index_t l = 0; l < s.k; ++l) {
                const double term = double(alpha) * double(a.one()(i, l)) * double(b.one()(l, j));
                sum += term, moduli += std::abs(term);
            }
            worst = std::max(worst, std::abs(double(c.one()(i, j)) - sum) / moduli);
        }
    return worst / double(std::numeric_limits<T>::epsilon());
}

template <class T>
std::vector<T> products(cpu& d, index_t m, index_t n, order o, index_t shift) {
    m = std::min<index_t>(m, 200), n = std::min<index_t>(n, 200);
    storage<T> a(m, n, o, shift), b(n, 30, o, shift + 1), c(m, 30, o, shift), s(m, m, o, shift + 1);
    a.fill(1), b.fill(2), c.fill(3);
    multiply<T>(d, T(1.5), a.one(), b.one(), T(0.5), c.one());
    multiply_symmetric<T>(d, T(0.7), a.one(), 0, s.one());
    auto all = elements(c.one()), more = elements(s.one());
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

TEST_CASE_TEMPLATE("products agree with plain loops in every combination of orders", T, float, double) {
    cpu d;
    for (order oa : orders)
        for (order ob : orders)
            for (order oc : orders)
                for (sizes s : cases) {
                    INFO("seed ", seed(), ", ", s.m, " x ", s.k, " x ", s.n, ", orders ", int(oa), int(ob), int(oc));
                    CHECK(product_error<T>(d, s, oa, ob, oc, 1, 0) < double(s.k + 2));
                    CHECK(product_error<T>(d, s, oa, ob, oc, T(-0.7), T(1.3)) < double(s.k + 4));
                }
}

TEST_CASE_TEMPLATE("symmetric products fill both triangles", T, float, double) {
    cpu d;
    for (order oa : orders)
        for (order oc : orders)
            for (index_t n : {1, 5, 47, 48, 49, 129, 260}) {
                storage<T> a(n, 37, oa), c(n, n, oc), full(n, n, oc);
                a.fill(1);
                multiply_symmetric<T>(d, 1, a.one(), 0, c.one());
                multiply<T>(d, T(0.5), a.one(), a.one().transposed(), 0, full.one());
                const auto once = elements(c.one());
                multiply_symmetric<T>(d, T(0.5), a.one(), T(2), c.one());  // 0.5 a a' + 2 a a'
                bool symmetric = true;
                double worst = 0;
                for (index_t i = 0; i < n; ++i)
                    for (index_t j = 0; j < n; ++j) {
                        symmetric = symmetric && c.one()(i, j) == c.one()(j, i);
                        worst = std::max(worst, std::abs(double(c.one()(i, j)) - 5 * double(full.one()(i, j))));
                        worst = std::max(worst, std::abs(double(once[std::size_t(i * n + j)]) - 2 * double(full.one()(i, j))));
                    }
                CHECK(symmetric);
                CHECK(worst < 37 * 5 * double(std::numeric_limits<T>::epsilon()));
            }
}

TEST_CASE_TEMPLATE("symmetric products add a multiple of another matrix and of the identity", T, float, double) {
    cpu d;
    for (order oa : orders)
        for (order oc : orders)
            for (order os : orders)
                for (index_t n : {1, 47, 130, 260}) {
                    INFO("seed ", seed(), ", ", n, " rows, orders ", int(oa), int(os), int(oc));
                    storage<T> a(n, 37, oa), x(n, 5, oa), s(n, n, os), c(n, n, oc), with(n, n, oc), full(n, n, oc);
                    a.fill(1), x.fill(2), c.fill(3);
                    multiply_symmetric<T>(d, 1, x.one(), 0, s.one());
                    multiply<T>(d, T(0.5), a.one(), a.one().transposed(), 0, full.one());
                    multiply_symmetric<T>(d, T(0.5), a.one(), a.one().transposed(), T(-0.75), s.one(), T(3), c.one());
                    transform(
                        d, [](T const& from, T& to) { to = from; }, blocks<T const>(s.one()), with.all);
                    multiply_symmetric<T>(d, T(0.5), a.one(), a.one().transposed(), T(-0.75), with.one(), T(3), with.one());
                    CHECK(same_bits(elements(c.one()), elements(with.one())));
                    double worst = 0, least = 10;
                    bool symmetric = true;
                    for (index_t i = 0; i < n; ++i)
                        for (index_t j = 0; j < n; ++j) {
                            const double rest = double(full.one()(i, j)) - 0.75 * double(s.one()(i, j));
                            worst = std::max(worst, std::abs(double(c.one()(i, j)) - rest - (i == j ? 3 : 0)));
                            if (i == j) least = std::min(least, std::abs(double(c.one()(i, j)) - rest));
                            symmetric = symmetric && c.one()(i, j) == c.one()(j, i);
                        }
                    CHECK(symmetric);
                    CHECK(worst < 37 * 5 * double(std::numeric_limits<T>::epsilon()));
                    CHECK(least > 2.9);
                }
}

TEST_CASE_TEMPLATE("without a factor's columns a symmetric product is what it adds", T, float, double) {
    cpu d;
    storage<T> none(3, 0), s(3, 3), c(3, 3);
    s.fill(1), c.fill(2);
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < i; ++j) s.one()(i, j) = s.one()(j, i);
    multiply_symmetric<T>(d, 1, none.one(), none.one().transposed(), T(2), s.one(), T(1), c.one());
    for (index_t i = 0; i < 3; ++i)
        for (index_t j = 0; j < 3; ++j) CHECK(c.one()(i, j) == T(2) * s.one()(i, j) + T(i == j));
}

TEST_CASE_TEMPLATE("with beta = 0 what c held is not read", T, float, double) {
    cpu d;
    for (order o : orders) {
        storage<T> a(4, 5, o), b(5, 6, o), c(4, 6, o), s(4, 4, o);
        a.fill(1), b.fill(2);
        transform(
            d, [](T& v) { v = std::numeric_limits<T>::quiet_NaN(); }, c.all);
        transform(
            d, [](T& v) { v = std::numeric_limits<T>::quiet_NaN(); }, s.all);
        multiply<T>(d, 1, a.one(), b.one(), 0, c.one());
        multiply_symmetric<T>(d, 1, a.one(), 0, s.one());
        for (T v : elements(c.one())) CHECK(v == v);
        for (T v : elements(s.one())) CHECK(v == v);
    }
}

TEST_CASE_TEMPLATE("empty products: nothing to write, or beta c alone", T, float, double) {
    cpu d;
    for (order o : orders) {
        storage<T> a(3, 0, o), b(0, 4, o), c(3, 4, o);
        c.fill(1);
        const auto before = elements(c.one());
        multiply<T>(d, 1, a.one(), b.one(), 1, c.one());
        CHECK(same_bits(before, elements(c.one())));
        multiply<T>(d, 1, a.one(), b.one(), 0, c.one());
        for (T v : elements(c.one())) CHECK(v == 0);
        storage<T> none(0, 5, o), right(5, 4, o), left(3, 5, o), thin(5, 0, o);
        right.fill(1), left.fill(2);
        multiply<T>(d, 1, none.one(), right.one(), 0, storage<T>(0, 4, o).one());
        multiply<T>(d, 1, left.one(), thin.one(), 0, storage<T>(3, 0, o).one());
        multiply_symmetric<T>(d, 1, none.one(), 0, storage<T>(0, 0, o).one());
    }
}

TEST_CASE_TEMPLATE("products of parts and of reversed rows", T, float, double) {
    cpu d;
    storage<T> big(20, 24);
    big.fill(1);
    const view<T> a = big.one().part(2, 3, 5, 6), b = big.one().part(8, 1, 6, 7);
    const view<T> backwards(&a(4, 0), 5, 6, -a.row_stride, 1);
    storage<T> c(5, 7), r(5, 7);
    multiply<T>(d, 1, a, b, 0, c.one());
    multiply<T>(d, 1, backwards, b, 0, r.one());
    double worst = 0;
    for (index_t i = 0; i < 5; ++i)
        for (index_t j = 0; j < 7; ++j) {
            double sum = 0;
            for (index_t l = 0; l < 6; ++l) sum += double(a(i, l)) * double(b(l, j));
            worst = std::max({worst, std::abs(double(c.one()(i, j)) - sum), std::abs(double(r.one()(4 - i, j)) - sum)});
        }
    CHECK(worst < 10 * double(std::numeric_limits<T>::epsilon()));
}

TEST_CASE_TEMPLATE("products do not depend on threads or addresses", T, float, double) {
    check_bits([](cpu& d, index_t m, index_t n, order o, index_t shift) { return products<T>(d, m, n, o, shift); });
}

// Large enough to be cut into strips, on either side.
TEST_CASE_TEMPLATE("products in strips are the products, whatever the threads", T, float, double) {
    cpu serially;
    for (shape s : {shape{150, 800}, {800, 150}, {390, 391}})
        for (order o : {order::rows, order::columns}) {
            const index_t m = s.rows, n = s.cols;
            INFO("seed ", seed(), ", ", m, " x ", n, " in order ", int(o));
            const index_t k = 60;
            storage<T> a(m, k, o), b(k, n, o), c(m, n, o), again(m, n, o), square(m, m, o), square_again(m, m, o);
            a.fill(1), b.fill(2);
            const view<T> f = a.one(), g = b.one();
            multiply<T>(serially, 1, f, g, 0, c.one());
            multiply_symmetric<T>(serially, 1, f, 0, square.one());
            double worst = 0, worst_symmetric = 0;
            for (index_t i = 0; i < m; i += 7) {
                const Eigen::MatrixXd row = as_eigen(f).row(i).template cast<double>();
                worst = std::max(worst, (as_eigen(c.one()).row(i).template cast<double>() - row * as_eigen(g).template cast<double>()).cwiseAbs().maxCoeff());
                worst_symmetric = std::max(
                    worst_symmetric,
                    (as_eigen(square.one()).row(i).template cast<double>() - row * as_eigen(f).template cast<double>().transpose()).cwiseAbs().maxCoeff());
            }
            const double rounding = double(k) * double(std::numeric_limits<T>::epsilon());
            CHECK(worst <= rounding);
            CHECK(worst_symmetric <= rounding);
            for (index_t threads : {2, 3, 7}) {
                thread_pool pool(threads);
                cpu d(pool);
                multiply<T>(d, 1, f, g, 0, again.one());
                multiply_symmetric<T>(d, 1, f, f.transposed(), 0, square_again.one());
                CHECK(same_bits(elements(c.one()), elements(again.one())));
                CHECK(same_bits(elements(square.one()), elements(square_again.one())));
            }
        }
}

// Deep enough for several rounds over the strips, with rests on every side.
TEST_CASE_TEMPLATE("deep products in strips have the same bits whatever the threads, and symmetric ones are symmetric", T, float, double) {
    cpu serially;
    for (shape s : {shape{391, 777}, {1023, 209}})
        for (order oa : {order::rows, order::columns})
            for (order ob : {order::rows, order::columns}) {
                const index_t m = s.rows, n = s.cols, k = 701;
                INFO("seed ", seed(), ", ", m, " x ", n, " in orders ", int(oa), " and ", int(ob));
                storage<T> a(m, k, oa), b(k, n, ob), x(m, 9, oa), y(m, m, oa), c(m, n), again(m, n), square(m, m), square_again(m, m);
                a.fill(1), b.fill(2), x.fill(3);
                multiply_symmetric<T>(serially, 1, x.one(), 0, y.one());
                auto both = [&](cpu& d, view<T> to, view<T> symmetric) {
                    multiply<T>(d, T(0.7), a.one(), b.one(), 0, to);
                    multiply_symmetric<T>(d, T(0.7), a.one(), a.one().transposed(), T(0.3), y.one(), T(2), symmetric);
                };
                both(serially, c.one(), square.one());
                CHECK(same_bits(elements(square.one()), elements(square.one().transposed())));
                for (index_t threads : {2, 3, 5, 16}) {
                    thread_pool pool(threads);
                    cpu d(pool);
                    both(d, again.one(), square_again.one());
                    CHECK(same_bits(elements(c.one()), elements(again.one())));
                    CHECK(same_bits(elements(square.one()), elements(square_again.one())));
                }
            }
}
