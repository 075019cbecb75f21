// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cmath>

/// \file
/// The matrices of the examples: row-major, activations [tokens, width], weights [outputs, inputs].
///
/// The same bits in every run: memory that Eigen owns starts aligned, so its packets fall on the same elements, and
/// sums over rows are taken in a fixed order here instead of by Eigen's reductions.
namespace nn {

using Eigen::Index;

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using ref = Eigen::Ref<matrix<T>>;
template <class T>
using cref = Eigen::Ref<matrix<T> const>;

/// Products, each compiled once for every piece of memory:  to <- a b,
template <class T>
void multiply(cref<T> a, cref<T> b, ref<T> to) {
    to.noalias() = a * b;
}
/// to <- to + a b,
template <class T>
void add_product(cref<T> a, cref<T> b, ref<T> to) {
    to.noalias() += a * b;
}
/// to <- factor a b',
template <class T>
void multiply_transposed(cref<T> a, cref<T> b, ref<T> to, T factor = 1) {
    to.noalias() = factor * a * b.transpose();
}
/// to <- to + a b',
template <class T>
void add_transposed(cref<T> a, cref<T> b, ref<T> to) {
    to.noalias() += a * b.transpose();
}
/// to <- a' b.
template <class T>
void transposed_multiply(cref<T> a, cref<T> b, ref<T> to) {
    to.noalias() = a.transpose() * b;
}

/// <a, b> over n entries, in 16 partial sums.
template <class T>
T dot(T const* a, T const* b, Index n) {
    using lanes = Eigen::Array<T, 16, 1>;
    lanes s = lanes::Zero();
    Index i = 0;
    for (; i + 16 <= n; i += 16) s += Eigen::Map<lanes const>(a + i) * Eigen::Map<lanes const>(b + i);
    T sum = s.sum();
    for (; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

/// x <- exp(x - max x) / sum, over n entries; returns log sum exp x.
template <class T>
T softmax(T* x, Index n) {
    using lanes = Eigen::Array<T, 16, 1>;
    Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> all(x, n);
    const T most = all.maxCoeff();
    all = (all - most).exp();
    lanes s = lanes::Zero();
    Index i = 0;
    for (; i + 16 <= n; i += 16) s += Eigen::Map<lanes const>(x + i);
    T sum = s.sum();
    for (; i < n; ++i) sum += x[i];
    all *= 1 / sum;
    return most + std::log(sum);
}

}  // namespace nn
