// SPDX-License-Identifier: MIT
#pragma once
#include <nn/attention.hpp>
#include <nn/cross_entropy.hpp>
#include <nn/mixture.hpp>
#include <nn/rms_norm.hpp>
#include <deque>
#include <optional>
#include <span>

/// \file
/// A decoder-only transformer on bytes, forward and backward:
///
///     x = E[bytes],   x += attention(norm(x)),  x += swiglu(norm(x))  layer by layer,   logits = norm(x) H'
///
/// or a mixture of experts for swiglu. An object holds the activations of some sequences; weights and gradients
/// come with each call.
namespace nn {

/// A sequence: length + 1 bytes, each the target of the one before.
using sequence = unsigned char const*;

/// The activations of a layer.
template <class T>
struct layer {
    rms_norm<T> norm1, norm2;
    matrix<T> a, b;  // their results
    attention<T> attend;
    std::optional<swiglu<T>> dense;
    std::optional<mixture<T>> sparse;

    layer(config const& c, Index rows) : norm1(rows, c.width), norm2(rows, c.width), a(rows, c.width), b(rows, c.width), attend(c, rows) {
        if (c.experts)
            sparse.emplace(c, rows);
        else
            dense.emplace(rows, c.hidden);
    }
    /// x <- what the layer makes of x; y is scratch.
    void forward(layer_weights<T> const& w, ref<T> x, ref<T> y) {
        norm1.forward(x, w.norm1.data(), a);
        attend.forward(w, a, y);
        x += y;
        norm2.forward(x, w.norm2.data(), b);
        if (sparse)
            sparse->forward(w, b, y);
        else
            dense->forward(0, b, w.gate, w.up, w.down, y);
        x += y;
    }
    /// dx <- the gradient of the layer's input, from that of its output; dy is scratch.
    void backward(layer_weights<T> const& w, layer_weights<T>& dw, double balance, ref<T> dx, ref<T> dy) {
        if (sparse)
            sparse->backward(w, dw, b, dx, balance, dy);
        else
            dense->backward(0, b, w.gate, w.up, w.down, dx, dw.gate, dw.up, dw.down, dy);
        norm2.backward(dy, w.norm2.data(), dw.norm2.data(), dx);
        attend.backward(w, dw, a, dx, dy);
        norm1.backward(dy, w.norm1.data(), dw.norm1.data(), dx);
    }
};

/// See the file's comment.
template <class T>
class transformer {
public:
    using config_type = config;
    using weights_type = weights<T>;
    std::deque<layer<T>> layers;

    transformer(config const& c, Index sequences)
        : length(c.length),
          balance(c.balance / double(c.layers)),
          norm(sequences * length, c.width),
          x(sequences * length, c.width),
          y(x),
          dx(x),
          dy(x),
          z(x.rows(), c.vocabulary),
          in(std::size_t(x.rows())),
          out(in) {
        for (Index i = 0; i < c.layers; ++i) layers.emplace_back(c, x.rows());
    }

    /// The sum of -log p(byte | the bytes before) over the sequences, in nats.
    double forward(weights<T> const& w, std::span<sequence const> batch) {
        for (Index t = 0; t < x.rows(); ++t) {
            sequence at = batch[std::size_t(t / length)] + t % length;
            in[std::size_t(t)] = at[0], out[std::size_t(t)] = at[1];
            x.row(t) = w.embed.row(at[0]);
        }
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i].forward(w.layers[i], x, y);
        norm.forward(x, w.norm.data(), y);
        multiply_transposed<T>(y, w.head, z);
        return cross_entropy<T>(z, out);
    }

    /// After `forward`: dw <- the gradient of `scale` times its sum, plus `share` times the balance loss, which is
    /// the mean over layers with the sequences of this object as one batch.
    void backward(weights<T> const& w, weights<T>& dw, double scale, double share) {
        cross_entropy_gradient<T>(z, out, T(scale));
        transposed_multiply<T>(z, y, dw.head);
        multiply<T>(z, w.head, dy);
        dx.setZero();
        norm.backward(dy, w.norm.data(), dw.norm.data(), dx);
        for (std::size_t i = layers.size(); i-- > 0;) layers[i].backward(w.layers[i], dw.layers[i], share * balance, dx, dy);
        dw.embed.setZero();
        for (Index t = 0; t < dx.rows(); ++t) dw.embed.row(in[std::size_t(t)]) += dx.row(t);
    }

    /// The weighted balance loss of the last forward pass.
    double balance_loss() const {
        double sum = 0;
        for (auto const& l : layers)
            for (Index e = 0; l.sparse && e < l.sparse->experts; ++e)
                sum += balance * double(l.sparse->experts) * l.sparse->share(e) * double(l.sparse->p.col(e).mean());
        return sum;
    }

private:
    Index length;
    double balance;
    rms_norm<T> norm;
    matrix<T> x, y, dx, dy, z;
    std::vector<Index> in, out;
};

}  // namespace nn
