// SPDX-License-Identifier: MIT
#pragma once
#include "decoder.hpp"
#include "encoder.hpp"

namespace sepnorm {

/// Weights, gradient and the activations of a batch.
template <class T>
class autoencoder {
public:
    config shape;
    sepnorm::weights<T> weights, gradient;
    encoder<T> encode;
    decoder<T> decode;

    autoencoder(config const& c, Index batch, isotypic::thread_pool& p)
        : shape(c), weights(c), gradient(c), encode(c, batch, c.visible, p), decode(c, batch), pool(p), losses(std::size_t(parts)) {
        if (batch % parts)
            throw std::invalid_argument("a batch is cut into " + std::to_string(parts) + " parts, which does not divide " + std::to_string(batch));
        for (Index i = 0; i < parts; ++i) gradients.emplace_back(c);
    }

    /// The mean loss over a batch.
    double evaluate(patches<T> const& seen, patches<T> const& hidden) {
        encode.forward(weights, seen);
        decode.code = encode.code;
        each_part([&](std::size_t k, Index from, Index count) { losses[k] = decode.forward(weights, hidden, from, count); });
        double sum = 0;
        for (double l : losses) sum += l;
        return sum / double(hidden.pixels.size());
    }

    /// gradient <- that of the mean loss, which it returns.
    double differentiate(patches<T> const& seen, patches<T> const& hidden) {
        const double loss = evaluate(seen, hidden), scale = 1 / double(hidden.pixels.size());
        each_part([&](std::size_t k, Index from, Index count) { decode.backward(weights, gradients[k], hidden, from, count, scale); });
        encode.backward(weights, gradients, seen, decode.dcode);
        constexpr Index tile = 1 << 13;
        pool.parallel_for((gradient.all.size() + tile - 1) / tile, [&](Index k) {
            const Index n = std::min(tile, gradient.all.size() - k * tile);
            auto total = gradient.all.segment(k * tile, n);
            total = gradients[0].all.segment(k * tile, n);
            for (std::size_t i = 1; i < gradients.size(); ++i) total += gradients[i].all.segment(k * tile, n);
        });
        return loss;
    }

private:
    template <class F>
    void each_part(F const& f) {
        const Index n = encode.images / parts;
        pool.parallel_for(parts, [&](Index k) { f(std::size_t(k), k * n, n); });
    }
    isotypic::thread_pool& pool;
    std::deque<sepnorm::weights<T>> gradients;
    std::vector<double> losses;
};

}  // namespace sepnorm
