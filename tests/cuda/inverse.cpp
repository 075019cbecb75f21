// SPDX-License-Identifier: MIT
#include "items.hpp"
#include <doctest/doctest.h>
#include <isotypic/device/cuda_inverse.cuh>
#include "../update/decompositions.hpp"
#include <Eigen/QR>

using namespace isotypic;

TEST_CASE_TEMPLATE("inverses of a batch with several shifts at once, whatever the side", T, float, double) {
    for (index_t n : {1, 7, 64, 65, 128, 129, 200})
        for (order o : {order::rows, order::columns}) {
            INFO("ISOTYPIC_SEED=", seed(), ", n ", n, ", order ", int(o));
            items a;
            for (std::uint64_t k = 0; k < 3; ++k) a.push_back(gaussian(n, n + 1, k)), a[k] = a[k] * a[k].transpose() / double(n);
            const std::array<double, 2> shifts{0.5, 0.1};
            storage<T> x(n, n, o, 0, 3), f(n, n, order::columns, 0, 6), inverse(n, n, o, 0, 3);
            put(a, x), f.fill(1), inverse.fill(1);
            on_gpu<T> gx(x), gf(f), gi(inverse);
            cuda device;
            inverse_factors<T>(device, gx.all, shifts, gf.all);
            invert_spd<T>(device, gx.all, T(0.5), T(4), gi.all);
            device.synchronize();
            gf.read(), gi.read();
            for (std::size_t e = 0; e < 6; ++e) {
                const dense lower = taken(f)[e], want = dense(a[e % 3] + shifts[e / 3] * dense::Identity(n, n)).inverse();
                CHECK((lower.transpose() * lower - want).norm() < 1000 * unit_roundoff<T> * want.norm());
                CHECK(lower.triangularView<Eigen::StrictlyUpper>().toDenseMatrix().norm() == 0);
                CHECK((lower.transpose() * lower - dense(a[e % 3]).inverse()).norm() > 1e-3 * want.norm());
                if (e < 3) CHECK((taken(inverse)[e] - want).norm() < 1000 * unit_roundoff<T> * want.norm());
                if (e < 3) CHECK((taken(inverse)[e] - taken(inverse)[e].transpose()).norm() == 0);
            }
        }
}

TEST_CASE("no pivot goes below the shift: where Cholesky would stop at the last one, the inverse is positive") {
    const index_t n = 130;
    Eigen::VectorXd values = Eigen::VectorXd::Ones(n);
    values(0) = -1.2e-3;
    const dense q = Eigen::HouseholderQR<dense>(gaussian(n, n, 1)).householderQ(), a = q * values.asDiagonal() * q.transpose();
    CHECK((a + 1e-3 * dense::Identity(n, n)).llt().info() == Eigen::NumericalIssue);
    storage<double> x(n, n), inverse(n, n);
    put({a}, x);
    on_gpu<double> gx(x), gi(inverse);
    cuda device;
    invert_spd<double>(device, gx.all, 1e-3, 1, gi.all);
    device.synchronize();
    gi.read();
    const dense found = taken(inverse)[0];
    INFO("ISOTYPIC_SEED=", seed());
    CHECK(Eigen::SelfAdjointEigenSolver<dense>(found).eigenvalues()(0) > 0.5);
    CHECK(found(n - 1, n - 1) == doctest::Approx(1e3));
}
