// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <algorithm>
#include <cmath>

namespace nn {

/// RMS norm over rows:  y_i = g * x_i / sqrt(mean_j x_ij^2 + 1e-5).
template <class T>
struct rms_norm {
    matrix<T> unit;                              // x / rms
    Eigen::Array<T, Eigen::Dynamic, 1> inverse;  // 1 / rms

    rms_norm(Index rows, Index width) : unit(rows, width), inverse(rows) {}

    void forward(cref<T> x, T const* gain, ref<T> y) {
        const Index n = x.cols();
        for (Index i = 0; i < x.rows(); ++i) {
            T const* a = x.row(i).data();
            T *u = unit.row(i).data(), *b = y.row(i).data();
            const T r = inverse[i] = 1 / std::sqrt(dot(a, a, n) / T(n) + T(1e-5));
            for (Index j = 0; j < n; ++j) u[j] = r * a[j], b[j] = gain[j] * u[j];
        }
    }
    /// With z = g * dy:  dx += (z - u mean_j(u_j z_j)) / rms,  dg = sum_i dy_i * u_i. Overwrites dy with z.
    void backward(ref<T> dy, T const* gain, T* dgain, ref<T> dx) {
        const Index n = dy.cols();
        std::fill(dgain, dgain + n, T(0));
        for (Index i = 0; i < dy.rows(); ++i) {
            T const* u = unit.row(i).data();
            T *z = dy.row(i).data(), *d = dx.row(i).data();
            for (Index j = 0; j < n; ++j) dgain[j] += z[j] * u[j], z[j] *= gain[j];
            const T along = dot(u, z, n) / T(n), r = inverse[i];
            for (Index j = 0; j < n; ++j) d[j] += r * (z[j] - along * u[j]);
        }
    }
};

}  // namespace nn
