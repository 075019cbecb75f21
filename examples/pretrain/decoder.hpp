// SPDX-License-Identifier: MIT
#pragma once
#include <pretrain/weights.hpp>
#include <nn/attention.hpp>
#include <nn/cross_entropy.hpp>
#include <nn/swiglu.hpp>
#include <deque>
#include <span>

/// \file
/// The dense transformer of nn/transformer.hpp with its norms, scales and the maps behind them as `fed_maps`:
///
///     x = E[bytes],   x += o(attend(qkv(x))),  x += down(swiglu(gate_up(x)))  layer by layer,   logits = head(x)
namespace pretrain {

using sequence = unsigned char const*;

template <class T>
isotypic::view<T> view_of(matrix<T>& x) {
    return isotypic::view<T>(x.data(), x.rows(), x.cols());
}

/// The activations of a layer.
template <class T>
struct layer {
    matrix<T> a, b;  // the inputs of the two norms
    nn::attention_core<T> attend;
    nn::swiglu_core<T> mlp;
    std::unique_ptr<fed_maps<T>> qkv, gate_up;
    views<T> qkv_out, dqkv_out, mlp_out, dmlp_out;

    layer(config const& c, Index rows, std::string const& name)
        : a(rows, c.width),
          b(rows, c.width),
          attend(c, rows),
          mlp(rows, c.hidden),
          qkv(make_fed_maps<T>(c.scales, false, name + "qkv")),
          gate_up(make_fed_maps<T>(c.scales, false, name + "gate and up")),
          qkv_out{view_of(attend.q), view_of(attend.k), view_of(attend.v)},
          dqkv_out{view_of(attend.dq), view_of(attend.dk), view_of(attend.dv)},
          mlp_out{view_of(mlp.gate), view_of(mlp.up)},
          dmlp_out{view_of(mlp.dgate), view_of(mlp.dup)} {}
    layer(layer const&) = delete;
    layer& operator=(layer const&) = delete;

    /// x <- what the layer makes of x.
    void forward(layer_weights<T> const& w, matrix<T>& x) {
        a = x;
        qkv->forward(a, w.qkv.all, qkv_out);
        attend.forward();
        nn::add_transposed<T>(attend.z, w.o, x);
        b = x;
        gate_up->forward(b, w.mlp.all, mlp_out);
        mlp.forward(0, b.rows());
        nn::add_transposed<T>(mlp.hidden, w.down, x);
    }
    /// dx <- the gradient of the layer's input, from that of its output; dy is scratch.
    void backward(layer_weights<T> const& w, layer_weights<T>& dw, matrix<T>& dx, matrix<T>& dy) {
        nn::multiply<T>(dx, w.down, mlp.dhidden);
        nn::transposed_multiply<T>(dx, mlp.hidden, dw.down);
        mlp.backward(0, b.rows());
        gate_up->backward(b, w.mlp.all, dmlp_out, dw.mlp.all, dy);
        dx += dy;
        nn::multiply<T>(dx, w.o, attend.dz);
        nn::transposed_multiply<T>(dx, attend.z, dw.o);
        attend.backward();
        qkv->backward(a, w.qkv.all, dqkv_out, dw.qkv.all, dy);
        dx += dy;
    }
};

/// See the file's comment.
template <class T>
class decoder {
public:
    using config_type = config;
    using weights_type = weights<T>;

    decoder(config const& c, Index sequences)
        : length(c.length),
          head(make_fed_maps<T>(c.scales, true, "head")),
          x(sequences * length, c.width),
          dx(x),
          dy(x),
          z(x.rows(), c.vocabulary),
          logits{view_of(z)},
          in(std::size_t(x.rows())),
          out(in) {
        for (Index i = 0; i < c.layers; ++i) layers.emplace_back(c, x.rows(), nn::layer_name(std::size_t(i)));
    }

    /// The sum of -log p(byte | the bytes before) over the sequences, in nats.
    double forward(weights<T> const& w, std::span<sequence const> batch) {
        for (Index t = 0; t < x.rows(); ++t) {
            sequence at = batch[std::size_t(t / length)] + t % length;
            in[std::size_t(t)] = at[0], out[std::size_t(t)] = at[1];
            x.row(t) = w.embed.row(at[0]);
        }
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i].forward(w.layers[i], x);
        head->forward(x, w.head.all, logits);
        return nn::cross_entropy<T>(z, out);
    }

    /// After `forward`: dw <- the gradient of `scale` times its sum. There is no other loss to have a `share` of.
    void backward(weights<T> const& w, weights<T>& dw, double scale, double /*share*/) {
        dw.all.setZero();
        nn::cross_entropy_gradient<T>(z, out, T(scale));
        head->backward(x, w.head.all, logits, dw.head.all, dx);
        for (std::size_t i = layers.size(); i-- > 0;) layers[i].backward(w.layers[i], dw.layers[i], dx, dy);
        for (Index t = 0; t < dx.rows(); ++t) dw.embed.row(in[std::size_t(t)]) += dx.row(t);
    }

private:
    Index length;
    std::unique_ptr<fed_maps<T>> head;
    std::deque<layer<T>> layers;
    matrix<T> x, dx, dy, z;
    views<T> logits;
    std::vector<Index> in, out;
};

}  // namespace pretrain
