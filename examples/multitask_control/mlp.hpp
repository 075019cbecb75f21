// SPDX-License-Identifier: MIT
#pragma once
#include "blocks_of.hpp"
#include "streams.hpp"
#include <isotypic/normalization/line_cores.hpp>
#include <isotypic/normalization/normalizer.hpp>
#include <memory>

/// \file
/// Dense layers, forward and backward, with a gradient for each task. The rows of a batch are samples: as many of each task, task after task.
///
///     h <- f(N(W h + b)),    f: ReLU or tanh,    N: nothing, or layer norm without gain and shift
namespace multitask_control {

struct mlp_shape {
    Index inputs, outputs;
    Index hidden = 64, layers = 2;
    bool layer_norm = false, smooth = false;  ///< smooth: tanh
    double last = 1;                          ///< the size of the output's weights, over that of the others
};

template <class T>
class mlp {
public:
    mlp_shape shape;
    block_list blocks;

    explicit mlp(mlp_shape s) : shape(s) {
        for (Index l = 0; l <= s.layers; ++l) {
            const Index in = l ? s.hidden : s.inputs, out = l < s.layers ? s.hidden : s.outputs;
            const std::string at = "layer " + std::to_string(l);
            blocks.add(at + ", weight", out, in, true), blocks.add(at + ", bias", 1, out, false);
            layers.push_back(std::make_unique<layer>());
        }
    }

    void draw(T* weights, random_stream random) const {
        for (Index l = 0; l <= shape.layers; ++l) {
            auto w = weight(weights, l);
            const double size = (l < shape.layers ? std::sqrt(shape.smooth ? 1.0 : 2.0) : shape.last) / std::sqrt(double(w.cols()));
            for (Index i = 0; i < w.size(); ++i) w.data()[i] = T(size * random.normal());
            bias(weights, l).setZero();
        }
    }

    matrix<T> const& forward(T const* weights, matrix<T> const& x) {
        for (Index l = 0; l <= shape.layers; ++l) {
            layer& at = *layers[std::size_t(l)];
            const auto w = weight(weights, l);
            at.z.resize(x.rows(), w.rows());
            nn::multiply_transposed<T>(input(x, l), w, at.z);
            at.z.rowwise() += bias(weights, l).row(0);
            if (l == shape.layers) break;
            at.h.resize(at.z.rows(), at.z.cols());
            if (shape.layer_norm) at.norm.forward(at.z, at.h);
            auto const& n = shape.layer_norm ? at.h : at.z;
            if (shape.smooth)
                at.h = n.array().tanh();
            else
                at.h = n.array().max(T(0));
        }
        return outputs();
    }
    matrix<T> const& outputs() const { return layers.back()->z; }

    /// At the last forward pass: from the gradient of the outputs, a row of `gradients` for each task.
    void backward(T const* weights, matrix<T> const& x, matrix<T> const& dy, matrix<T>& gradients) {
        matrix<T> const* dz = &dy;
        for (Index l = shape.layers; l >= 0; --l) {
            const Index tasks = gradients.rows(), each = x.rows() / tasks;
            for (Index k = 0; k < tasks; ++k) {
                T* row = gradients.row(k).data();
                const auto d = dz->middleRows(k * each, each);
                nn::transposed_multiply<T>(d, input(x, l).middleRows(k * each, each), weight(row, l));
                auto sum = bias(row, l);
                sum.setZero();
                for (Index i = 0; i < each; ++i) sum += d.row(i);
            }
            if (!l) return;
            layer& below = *layers[std::size_t(l - 1)];
            below.dh.resize(below.h.rows(), below.h.cols());
            nn::multiply<T>(*dz, weight(weights, l), below.dh);
            auto h = below.h.array();
            if (shape.smooth)
                below.dh.array() *= 1 - h * h;
            else
                below.dh.array() = (h > T(0)).select(below.dh.array(), T(0));
            if (shape.layer_norm) below.norm.vjp(below.z, below.dh, below.dh);
            dz = &below.dh;
        }
    }

private:
    struct layer {
        matrix<T> z, h, dh;
        isotypic::normalizer<isotypic::layer_norm> norm{{.eps = 1e-5}};
    };
    std::vector<std::unique_ptr<layer>> layers;

    matrix<T> const& input(matrix<T> const& x, Index l) const { return l ? layers[std::size_t(l - 1)]->h : x; }
    template <class U>
    auto weight(U* row, Index l) const {
        return blocks[std::size_t(2 * l)].in(row);
    }
    template <class U>
    auto bias(U* row, Index l) const {
        return blocks[std::size_t(2 * l + 1)].in(row);
    }
};

}  // namespace multitask_control
