// SPDX-License-Identifier: MIT
#pragma once
#include "config.hpp"
#include <nn/weights.hpp>

/// \file
/// All weights in one array, as in nn/weights.hpp; gradients are another object of the same type.
namespace sepnorm {

using nn::cutter;
using nn::tensor;

/// Gain and shift of the class token and of the patches; a shared norm has one of each.
template <class T>
struct norm_weights {
    tensor<T> class_gain, class_shift, gain, shift;

    norm_weights(config const& c, kind k, cutter<T>& cut)
        : class_gain(cut(k == kind::shared ? 0 : c.width, 1)),
          class_shift(cut(k == kind::shared ? 0 : c.width, 1)),
          gain(cut(c.width, 1)),
          shift(cut(c.width, 1)) {}
    template <class F>
    void for_each(std::string const& at, F const& f) {
        if (class_gain.size()) f(at + ".class_gain", class_gain), f(at + ".class_shift", class_shift);
        f(at + ".gain", gain), f(at + ".shift", shift);
    }
};

template <class T>
struct layer_weights {
    norm_weights<T> norm1, norm2;
    tensor<T> q, k, v, o, gate, up, down;

    layer_weights(config const& c, cutter<T>& cut)
        : norm1(c, c.layer_norm, cut),
          norm2(c, c.layer_norm, cut),
          q(cut(c.width, c.width)),
          k(cut(c.width, c.width)),
          v(cut(c.width, c.width)),
          o(cut(c.width, c.width)),
          gate(cut(c.hidden, c.width)),
          up(cut(c.hidden, c.width)),
          down(cut(c.width, c.hidden)) {}
};

template <class T>
struct tensors {
    tensor<T> patch, place, token;  ///< [pixels, width], [patches, width], [1, width]
    std::vector<layer_weights<T>> layers;
    norm_weights<T> norm;
    tensor<T> query, key, value;      ///< the decoder: [patches, width], two of [width, width],
    tensor<T> listen, offset, paint;  ///< [decoder, width], [patches, decoder], [pixels, decoder]

    tensors(config const& c, cutter<T>& cut)
        : patch(cut(c.pixels(), c.width)),
          place(cut(c.patches(), c.width)),
          token(cut(1, c.width)),
          layers(layer_list(c, cut)),
          norm(c, c.last_norm, cut),
          query(cut(c.patches(), c.width)),
          key(cut(c.width, c.width)),
          value(cut(c.width, c.width)),
          listen(cut(c.decoder, c.width)),
          offset(cut(c.patches(), c.decoder)),
          paint(cut(c.pixels(), c.decoder)) {}

    /// f(name, tensor) for each.
    template <class F>
    void for_each(F const& f) {
        f("patch", patch), f("place", place), f("token", token);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const std::string at = nn::layer_name(i);
            auto& l = layers[i];
            l.norm1.for_each(at + "norm1", f);
            f(at + "q", l.q), f(at + "k", l.k), f(at + "v", l.v), f(at + "o", l.o);
            l.norm2.for_each(at + "norm2", f);
            f(at + "gate", l.gate), f(at + "up", l.up), f(at + "down", l.down);
        }
        norm.for_each("norm", f);
        f("query", query), f("key", key), f("value", value), f("listen", listen), f("offset", offset), f("paint", paint);
    }

private:
    static std::vector<layer_weights<T>> layer_list(config const& c, cutter<T>& cut) {
        std::vector<layer_weights<T>> all;
        for (Index i = 0; i < c.layers; ++i) all.emplace_back(c, cut);
        return all;
    }
};

/// See the file's comment. Zero until `start`.
template <class T>
struct weights : nn::in_one_array<T, tensors<T>, config> {
    using nn::in_one_array<T, tensors<T>, config>::in_one_array;

    /// Gains of 1, shifts of 0; of a table N(0, 1), of a matrix N(0, 1 / inputs), those that write to the residual stream divided by
    /// sqrt(2 layers); the places start as waves across and down the image. A tensor's numbers depend on its name
    /// alone, so that both sides start from the same weights.
    void start(config const& c, std::uint64_t seed) {
        const double residual = 1 / std::sqrt(2.0 * double(this->layers.size()));
        this->for_each([&](std::string const& name, tensor<T>& w) {
            isotypic::random_stream random(seed, named(name));
            if (name.ends_with("gain")) return void(w.setOnes());
            if (name.ends_with("shift")) return;
            const double inputs = name == "patch" ? double(c.pixels()) : name == "token" || name == "query" || name == "offset" ? 1 : double(w.cols());
            const double size = (name.ends_with(".o") || name.ends_with(".down") ? residual : 1) / std::sqrt(inputs);
            for (Index i = 0; i < w.size(); ++i) w.data()[i] = T(random.normal() * size);
        });
        const Index across = c.side / c.patch, quarter = c.width / 4;
        for (Index p = 0; p < c.patches(); ++p)
            for (Index j = 0; j < quarter; ++j) {
                const double slow = std::pow(100.0, -double(j) / double(quarter)), x = double(p % across) * slow, y = double(p / across) * slow;
                this->place(p, j) = T(std::sin(x)), this->place(p, quarter + j) = T(std::cos(x));
                this->place(p, 2 * quarter + j) = T(std::sin(y)), this->place(p, 3 * quarter + j) = T(std::cos(y));
            }
    }

private:
    static std::uint64_t named(std::string const& name) {
        std::uint64_t h = 14695981039346656037u;
        for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
        return h;
    }
};

}  // namespace sepnorm
