// SPDX-License-Identifier: MIT
#pragma once
#include <pretrain/fed_maps.hpp>
#include <nn/weights.hpp>

/// \file
/// All weights in one array, as nn/weights.hpp has them, with the scales a placement asks for.
namespace pretrain {

using nn::cutter, nn::tensor;

struct config : nn::config {
    placement scales;
};

/// The maps that one norm feeds, and their scales.
template <class T>
struct fed_weights {
    std::vector<tensor<T>> maps, in, in_magnitude, out, out_magnitude;  // magnitudes are empty where a scale has none
    branches<T> all;                                                    // the same memory, as the library takes it

    /// `heads` bands of outputs have a middle norm each; `last` maps have no scales behind them.
    fed_weights(placement const& p, std::size_t count, Index outputs, Index inputs, Index heads, bool last, cutter<T>& cut) {
        const bool magnitude = p.as != stored::plain;
        for (std::size_t b = 0; b < count; ++b) {
            maps.push_back(cut(outputs, inputs));
            if (p.in && (p.by_branch || b == 0)) in.push_back(cut(inputs, 1)), in_magnitude.push_back(cut(magnitude, magnitude));
            if (p.out && !last) out.push_back(cut(outputs, 1)), out_magnitude.push_back(cut(magnitude, magnitude));
        }
        for (std::size_t b = 0; b < count; ++b) {
            isotypic::branch<T> one{.weight = view_of(maps[b]), .heads = heads};
            if (!in.empty()) one.in = scale(in, in_magnitude, b % in.size());
            if (!out.empty()) one.out = scale(out, out_magnitude, b);
            all.push_back(one);
        }
    }
    /// f(name, tensor): "q", "q.in", "q.in.magnitude", "q.out", ... by the names of the maps, or "qk.in" for a scale of all.
    template <class F>
    void for_each(std::string const& at, std::vector<std::string> const& names, F const& f) {
        std::string shared = at;
        for (auto const& n : names) shared += n;
        for (std::size_t b = 0; b < maps.size(); ++b) {
            f(at + names[b], maps[b]);
            if (b < in.size()) each_scale((in.size() == 1 ? shared : at + names[b]) + ".in", in[b], in_magnitude[b], f);
            if (b < out.size()) each_scale(at + names[b] + ".out", out[b], out_magnitude[b], f);
        }
    }

private:
    static isotypic::view<T> view_of(tensor<T>& x) { return isotypic::view<T>(x.data(), x.rows(), x.cols()); }
    static isotypic::scale_parameters<T> scale(std::vector<tensor<T>>& vector, std::vector<tensor<T>>& magnitude, std::size_t i) {
        return {view_of(vector[i]), view_of(magnitude[i])};
    }
    template <class F>
    static void each_scale(std::string const& name, tensor<T>& vector, tensor<T>& magnitude, F const& f) {
        f(name, vector);
        if (magnitude.size()) f(name + ".magnitude", magnitude);
    }
};

template <class T>
struct layer_weights {
    fed_weights<T> qkv;
    tensor<T> o;
    fed_weights<T> mlp;
    tensor<T> down;

    layer_weights(config const& c, cutter<T>& cut)
        : qkv(c.scales, 3, c.width, c.width, c.heads, false, cut),
          o(cut(c.width, c.width)),
          mlp(c.scales, 2, c.hidden, c.width, 1, false, cut),
          down(cut(c.width, c.hidden)) {}
};

template <class T>
struct tensors {
    placement scales;
    tensor<T> embed;
    std::vector<layer_weights<T>> layers;
    fed_weights<T> head;

    tensors(config const& c, cutter<T>& cut)
        : scales(c.scales), embed(cut(c.vocabulary, c.width)), layers(layer_list(c, cut)), head(c.scales, 1, c.vocabulary, c.width, 1, true, cut) {}

    /// f(name, tensor) for each.
    template <class F>
    void for_each(F const& f) {
        f("embed", embed);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const std::string at = nn::layer_name(i);
            auto& l = layers[i];
            l.qkv.for_each(at, {"q", "k", "v"}, f), f(at + "o", l.o);
            l.mlp.for_each(at, {"gate", "up"}, f), f(at + "down", l.down);
        }
        head.for_each("", {"head"}, f);
    }

private:
    static std::vector<layer_weights<T>> layer_list(config const& c, cutter<T>& cut) {
        std::vector<layer_weights<T>> all;
        for (Index i = 0; i < c.layers; ++i) all.emplace_back(c, cut);
        return all;
    }
};

/// Zero until `start`.
template <class T>
struct weights : nn::in_one_array<T, tensors<T>, config> {
    using nn::in_one_array<T, tensors<T>, config>::in_one_array;

    /// Scales of 1; the matrices as nn::weights has them, the same for every placement.
    void start(std::uint64_t seed) {
        std::uint64_t block = 0;
        const double residual = 0.02 / std::sqrt(2.0 * double(this->layers.size()));
        this->for_each([&](std::string const& name, tensor<T>& w) {
            if (w.cols() == 1) return;
            isotypic::random_stream random(seed, block++);
            const bool writes = name.ends_with(".o") || name.ends_with(".down");
            for (Index i = 0; i < w.size(); ++i) w.data()[i] = T(random.normal() * (writes ? residual : 0.02));
        });
        for (auto& l : this->layers) start_scales(l.qkv), start_scales(l.mlp);
        start_scales(this->head);
    }

private:
    void start_scales(fed_weights<T>& some) {
        with_scale(this->scales.as, [&](auto scale) {
            for (auto& b : some.all) {
                if (!some.in.empty()) scale.start(b.in);
                if (!some.out.empty()) scale.start(b.out);
            }
        });
    }
};

}  // namespace pretrain
