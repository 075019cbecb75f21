// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/group/random.hpp>
#include <nn/config.hpp>
#include <nn/matrix.hpp>
#include <cmath>
#include <string>
#include <vector>

/// \file
/// All weights in one array, in the manner of llm.c; gradients are another object of the same type.
namespace nn {

/// A matrix within the array.
template <class T>
using tensor = Eigen::Map<matrix<T>, Eigen::AlignedMax>;

/// Cuts an array into tensors, each from a 64-byte boundary on. Of no array it counts only.
template <class T>
struct cutter {
    T* array = nullptr;
    Index used = 0;
    tensor<T> operator()(Index rows, Index cols) {
        T* first = array ? array + used : nullptr;
        used += (rows * cols + 15) / 16 * 16;
        return tensor<T>(first, rows, cols);
    }
};

/// "layer0.", to which the tensor's name is added.
inline std::string layer_name(std::size_t i) {
    std::string name = "layer";
    name += std::to_string(i);
    return name += '.';
}

/// Of a mixture gate, up and down hold one expert below the other.
template <class T>
struct layer_weights {
    tensor<T> norm1, q, k, v, o, norm2, router, gate, up, down;

    layer_weights(config const& c, cutter<T>& cut)
        : norm1(cut(c.width, 1)),
          q(cut(c.width, c.width)),
          k(cut(c.width, c.width)),
          v(cut(c.width, c.width)),
          o(cut(c.width, c.width)),
          norm2(cut(c.width, 1)),
          router(cut(c.experts, c.width)),
          gate(cut(stack(c) * c.hidden, c.width)),
          up(cut(stack(c) * c.hidden, c.width)),
          down(cut(stack(c) * c.width, c.hidden)) {}
    static Index stack(config const& c) { return c.experts ? c.experts : 1; }
};

template <class T>
struct tensors {
    tensor<T> embed;
    std::vector<layer_weights<T>> layers;
    tensor<T> norm, head;

    tensors(config const& c, cutter<T>& cut)
        : embed(cut(c.vocabulary, c.width)), layers(layer_list(c, cut)), norm(cut(c.width, 1)), head(cut(c.vocabulary, c.width)) {}

    /// f(name, tensor) for each.
    template <class F>
    void for_each(F const& f) {
        f("embed", embed);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const std::string at = layer_name(i);
            auto& l = layers[i];
            f(at + "norm1", l.norm1), f(at + "q", l.q), f(at + "k", l.k), f(at + "v", l.v), f(at + "o", l.o), f(at + "norm2", l.norm2);
            if (l.router.size()) f(at + "router", l.router);
            f(at + "gate", l.gate), f(at + "up", l.up), f(at + "down", l.down);
        }
        f("norm", norm), f("head", head);
    }

private:
    static std::vector<layer_weights<T>> layer_list(config const& c, cutter<T>& cut) {
        std::vector<layer_weights<T>> all;
        for (Index i = 0; i < c.layers; ++i) all.emplace_back(c, cut);
        return all;
    }
};

template <class T>
struct array_of {
    Eigen::Array<T, Eigen::Dynamic, 1> all;
};

/// Tensors with their array, of zeros.
template <class T, class Tensors, class Config>
struct in_one_array : private cutter<T>, array_of<T>, Tensors {
    explicit in_one_array(Config const& c) : array_of<T>{Eigen::Array<T, Eigen::Dynamic, 1>::Zero(size(c))}, Tensors(c, cut_from(this->all.data())) {}
    in_one_array(in_one_array const&) = delete;
    in_one_array& operator=(in_one_array const&) = delete;

private:
    static Index size(Config const& c) {
        cutter<T> count;
        Tensors(c, count);
        return count.used;
    }
    cutter<T>& cut_from(T* first) {
        this->array = first, this->used = 0;
        return *this;
    }
};

/// See the file's comment. Zero until `start`.
template <class T>
struct weights : in_one_array<T, tensors<T>, config> {
    using in_one_array<T, tensors<T>, config>::in_one_array;

    /// Gains of 1, every matrix from N(0, 0.02^2), as in arXiv 2605.18106; those that write to the residual stream
    /// divided by sqrt(2 layers), as in GPT-2.
    void start(std::uint64_t seed) {
        std::uint64_t block = 0;
        const double residual = 0.02 / std::sqrt(2.0 * double(this->layers.size()));
        this->for_each([&](std::string const& name, tensor<T>& w) {
            isotypic::random_stream random(seed, block++);
            const bool writes = name.ends_with(".o") || name.ends_with(".down");
            if (w.cols() == 1)
                w.setOnes();
            else
                for (Index i = 0; i < w.size(); ++i) w.data()[i] = T(random.normal() * (writes ? residual : 0.02));
        });
    }
};

}  // namespace nn
