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
}
