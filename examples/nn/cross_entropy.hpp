// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <vector>

namespace nn {

/// Cross entropy over rows of logits z, -log softmax(z_i)_(target i), in nats. z becomes the probabilities.
template <class T>
double cross_entropy(ref<T> z, std::vector<Index> const& target) {
    double sum = 0;
    for (Index i = 0; i < z.rows(); ++i) {
        T* row = z.row(i).data();
        const T right = row[target[std::size_t(i)]];
        sum += double(softmax(row, z.cols()) - right);
    }
    return sum;
}

/// z, the probabilities, becomes the gradient of `scale` times the loss.
template <class T>
void cross_entropy_gradient(ref<T> z, std::vector<Index> const& target, T scale) {
    for (Index i = 0; i < z.rows(); ++i) z(i, target[std::size_t(i)]) -= 1;
    z *= scale;
}

}  // namespace nn
