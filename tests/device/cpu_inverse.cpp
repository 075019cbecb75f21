// SPDX-License-Identifier: MIT
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/device/cpu_loops.hpp>
#include <isotypic/matrix/eigen.hpp>
#include "allocations.hpp"
#include "device/shapes.hpp"
#include <Eigen/Cholesky>
#include <Eigen/QR>

using namespace isotypic;

namespace {

template <class T>
using square = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
using dense = Eigen::MatrixXd;

/// A Gram matrix of norm 1 and the given rank, as a product rounds it.
template <class T>
square<T> gram(cpu& d, index_t n, index_t rank) {
    random_stream random(seed(), std::uint64_t(n));
    auto normal = [&] { return random.normal(); };
    const dense q = Eigen::HouseholderQR<dense>(dense::NullaryExpr(n, n, normal)).householderQ();
    const square<T> x = (q.leftCols(rank) * q.leftCols(rank).transpose() / std::sqrt(std::sqrt(double(rank)))).template cast<T>();
    square<T> a(n, n);
    multiply_symmetric<T>(d, 1, as_view(x), 0, as_view(a));
    return a;
}

template <class T>
square<T> inverse(cpu& d, square<T> const& a, double shift) {
    square<T> x = square<T>::Constant(a.rows(), a.cols(), std::numeric_limits<T>::quiet_NaN());
    invert_spd<T>(d, as_view(a), T(shift), T(1), as_view(x));
    return x;
}

template <class T>
double residual(square<T> const& a, double shift, square<T> const& x) {
    const dense i = dense::Identity(a.rows(), a.cols());
    return ((a.template cast<double>() + shift * i) * x.template cast<double>() - i).norm() / std::sqrt(double(a.rows()));
}

}  // namespace

// Around every cut. Halves, which are taken for well-conditioned matrices alone, lose up to condition^(1/2) more.
TEST_CASE_TEMPLATE("inverses are about as near as Cholesky's", T, float, double) {
    cpu d;
    for (index_t n : {1, 2, 5, 8, 63, 64, 65, 128, 129, 200, 300})
        for (double shift : {1e-1, 1e-3, 1e-5}) {
            INFO("seed ", seed(), ", ", n, " rows, shift ", shift);
            const square<T> a = gram<T>(d, n, (n + 1) / 2), x = inverse(d, a, shift);
            const square<T> other = (a + T(shift) * square<T>::Identity(n, n)).llt().solve(square<T>::Identity(n, n));
            const double eps = double(std::numeric_limits<T>::epsilon());
            const bool halves = n > 128 && shift >= std::sqrt(8 * eps);
            CHECK(residual(a, shift, x) <= 10 * residual(a, shift, other) + eps * (double(n) + (halves ? std::pow(shift, -1.5) : 0)));
            CHECK(x == square<T>(x.transpose()));
        }
}

TEST_CASE_TEMPLATE("inverses just above rounding neither break down nor explode", T, float, double) {
    cpu d;
    for (index_t n : {8, 64, 100, 128, 200, 300})
        for (index_t rank : {index_t{1}, n / 4}) {
            INFO("seed ", seed(), ", rank ", rank, " of ", n);
            const double shift = 16 * double(std::numeric_limits<T>::epsilon());
            CHECK(inverse(d, gram<T>(d, n, rank), shift).template cast<double>().cwiseAbs().maxCoeff() * shift < 1.2);
        }
}

TEST_CASE_TEMPLATE("inverses do not depend on threads or addresses", T, float, double) {
    cpu serially;
    for (index_t n : {70, 500}) {
        const square<T> a = gram<T>(serially, n, n / 2);
        for (double shift : {1e-1, 1e-5}) {
            const square<T> x = inverse(serially, a, shift);
            for (index_t threads : {2, 3, 7}) {
                thread_pool pool(threads);
                cpu d(pool);
                CHECK(inverse(d, a, shift) == x);
            }
            storage<T> moved(n, n, order::columns, 3), y(n, n, order::columns, 1);
            transform(
                serially, [](T const& from, T& to) { to = from; }, blocks<T const>(as_view(a)), moved.all);
            invert_spd<T>(serially, moved.one(), T(shift), 1, y.one());
            CHECK(as_eigen(y.one()) == x);
        }
    }
}

namespace {

/// X_k = (2 + k) I + sum_j weight_j (A_k + shift_jk I)^-1 for Gram matrices, the last one diagonal.
template <class T>
struct sums {
    static constexpr index_t terms = 3;
    index_t n, count;
    storage<T> a, x;

    sums(index_t rows, index_t items) : n(rows), count(items), a(n, n, order::columns, 3, items), x(n, n, order::columns, 1, items + 1) {
        cpu d;
        x.fill(1);
        for (index_t k = 0; k < count; ++k) {
            storage<T> y(n, n + 3);
            y.fill(std::uint64_t(2 + k), 1 / double(n + 3));
            multiply_symmetric<T>(d, 1, y.one(), 0, a.all.panel(k));
            for (index_t i = 0; i < n && k + 1 == count; ++i)
                for (index_t j = 0; j < n; ++j) a.all.panel(k)(i, j) = i == j ? T(1) / T(i + 1) : T(0);
        }
    }
    static T weight(index_t j) { return T(1) / T(1 + j); }
    static T shift(index_t j, index_t k) { return T(j + 1) / T(100 * (k + 1)); }
    void run(cpu& d, index_t from, index_t items) {
        sum_inverses<T>(
            d, blocks<T const>(a.all.panel(from), items, a.all.stride), terms, weight, [&](index_t j, index_t k) { return shift(j, from + k); },
            [&](index_t k) { return 2 + from + k; }, blocks<T>(x.all.panel(from), items, x.all.stride));
    }
    /// How far matrix k is from the sum of its first `some` terms, in its own size.
    double off(index_t k, index_t some) const {
        const dense i = dense::Identity(n, n), m = as_eigen(a.all.panel(k)).template cast<double>();
        dense want = double(2 + k) * i;
        for (index_t j = 0; j < some; ++j) want += double(weight(j)) * (m + double(shift(j, k)) * i).llt().solve(i);
        return (as_eigen(x.all.panel(k)).template cast<double>() - want).norm() / want.norm();
    }
};

}  // namespace

TEST_CASE_TEMPLATE("sums of shifted inverses are what they say, and a matrix has the same bits in company as alone", T, float, double) {
    cpu d;
    for (index_t n : {1, 5, 8, 31, 64, 100, 128})
        for (index_t count : {1, 2, 3, 5, 8, 11}) {
            INFO("seed ", seed(), ", ", count, " of ", n, " rows");
            sums<T> together(n, count), alone(n, count);
            const auto beyond = elements(together.x.all.panel(count));
            together.run(d, 0, count);
            for (index_t k = 0; k < count; ++k) {
                alone.run(d, k, 1);
                CHECK(together.off(k, 3) < 1e4 * double(std::numeric_limits<T>::epsilon()));
                CHECK(together.off(k, 2) > 1e-2);
                const view<T> x = together.x.all.panel(k);
                CHECK(same_bits(elements(x), elements(alone.x.all.panel(k))));
                CHECK(same_bits(elements(x), elements(x.transposed())));
            }
            CHECK(same_bits(beyond, elements(together.x.all.panel(count))));
        }
}

TEST_CASE("inverses allocate nothing the second time") {
    if (!allocations_counted) return;
    cpu d;
    for (index_t n : {60, 300}) {
        const square<float> a = gram<float>(d, n, n / 2);
        square<float> x(n, n);
        for (float shift : {0.1f, 1e-5f}) invert_spd<float>(d, as_view(a), shift, 1, as_view(x));
        const auto before = allocations();
        for (float shift : {0.1f, 1e-5f}) invert_spd<float>(d, as_view(a), shift, 1, as_view(x));
        CHECK(allocations() == before);
    }
    sums<float> some(50, 11);
    some.run(d, 0, 11);
    const auto before = allocations();
    some.run(d, 0, 11);
    CHECK(allocations() == before);
}
