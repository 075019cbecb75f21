// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>
#include <algorithm>

/// \file
/// A convolution with bias and, but for the last, ReLU, forward and backward. A layer whose kernel covers its whole input is a dense one.
///
/// Activations have a column a sample, so that a pixel of a batch is a row and one product does all places: the columns of `patches`
/// are places times samples, and so are those of the result.
namespace noisy_labels {

using nn::Index;
using nn::matrix;

struct layer_shape {
    Index channels, side, kernel, stride, outputs;
    bool relu = true;

    Index across() const { return (side - kernel) / stride + 1; }
    Index places() const { return across() * across(); }
    Index fan_in() const { return channels * kernel * kernel; }
    bool dense() const { return kernel == side; }
};

struct layer {
    layer_shape shape;
    matrix<float> w, b, dw, db;  ///< [outputs, fan in], [outputs, 1]
    matrix<float> y, dy;         ///< [outputs * places, batch]

    layer(layer_shape s, Index batch)
        : shape(s),
          w(s.outputs, s.fan_in()),
          b(matrix<float>::Zero(s.outputs, 1)),
          dw(w),
          db(b),
          y(s.outputs * s.places(), batch),
          dy(y),
          patches(s.dense() ? 0 : s.fan_in(), s.dense() ? 0 : s.places() * batch),
          dpatches(patches) {}

    void forward(matrix<float> const& x) {
        if (!shape.dense()) for_each_row([&](Index from, float* to) { std::copy_n(x.row(from).data(), x.cols(), to); }, patches);
        auto out = wide(y);
        nn::multiply<float>(w, shape.dense() ? x : patches, out);
        for (Index i = 0; i < shape.outputs; ++i) {
            auto row = out.row(i).array();
            if (shape.relu)
                row = (row + b(i, 0)).max(0.0f);
            else
                row += b(i, 0);
        }
    }

    /// From dy, the gradient of y, those of w, b and, where it is wanted, x.
    void backward(matrix<float> const& x, matrix<float>* dx) {
        if (shape.relu) dy.array() = (y.array() > 0.0f).select(dy.array(), 0.0f);
        auto out = wide(dy);
        matrix<float> const& in = shape.dense() ? x : patches;
        nn::multiply_transposed<float>(out, in, dw);
        for (Index i = 0; i < shape.outputs; ++i) db(i, 0) = out.row(i).sum();
        if (!dx) return;
        nn::transposed_multiply<float>(w, out, shape.dense() ? *dx : dpatches);
        if (shape.dense()) return;
        dx->setZero();
        for_each_row(
            [&](Index to, float const* from) {
                float* sum = dx->row(to).data();
                for (Index s = 0; s < dx->cols(); ++s) sum[s] += from[s];
            },
            dpatches);
    }

private:
    matrix<float> patches, dpatches;  // [fan in, places * batch]

    Eigen::Map<matrix<float>> wide(matrix<float>& m) const { return {m.data(), shape.outputs, shape.places() * m.cols()}; }

    /// f(row of the input, the same batch of numbers in `in`) for each channel and place of the kernel, and each place of it.
    template <class F>
    void for_each_row(F const& f, matrix<float>& in) const {
        const Index k = shape.kernel, n = shape.across(), batch = y.cols();
        for (Index row = 0; row < shape.fan_in(); ++row) {
            const Index channel = row / (k * k), down = row / k % k, right = row % k;
            for (Index place = 0; place < n * n; ++place)
                f((channel * shape.side + place / n * shape.stride + down) * shape.side + place % n * shape.stride + right, in.row(row).data() + place * batch);
        }
    }
};

}  // namespace noisy_labels
