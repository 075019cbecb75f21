// SPDX-License-Identifier: MIT
#pragma once
#include "norm.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <nn/swiglu.hpp>
#include <deque>

/// \file
/// A vision transformer on some patches of each image, with a class token in front:
///
///     x = [token; patches E + places],   x += attention(norm(x)),  x += swiglu(norm(x))  layer by layer,   code = norm(x)
///
/// A batch norm couples the images, so the whole batch goes through layer by layer: a norm over all of it, then the rest in
/// parts of images. The parts are the batch's, not the threads', so every number of threads gives the same bits.
namespace sepnorm {

constexpr Index parts = 8;  // of a batch

/// Some patches of each image of a batch, the same number of each: a row of pixels and a place
/// each, image after image.
template <class T>
struct patches {
    matrix<T> pixels;
    std::vector<Index> place;

    patches(Index images, Index each, config const& c) : pixels(images * each, c.pixels()), place(std::size_t(images * each)) {}
};

template <class T>
struct layer {
    norm<T> norm1, norm2;
    matrix<T> x, a, y, b;  // input and norm, before attention and before the MLP
    attention<T> attend;
    nn::swiglu<T> mlp;

    layer(config const& c, Index images, Index tokens, std::string const& at, isotypic::executor_ref threads)
        : norm1(c, images, tokens, c.layer_norm, at + "norm1", threads),
          norm2(c, images, tokens, c.layer_norm, at + "norm2", threads),
          x(images * tokens, c.width),
          a(x),
          y(x),
          b(x),
          attend(c, images, tokens),
          mlp(x.rows(), c.hidden) {}
};

/// See the file's comment.
template <class T>
class encoder {
public:
    Index images, tokens;  ///< of a batch, of an image with its class token
    std::deque<layer<T>> layers;
    matrix<T> x, code;  ///< before and after the last norm
    norm<T> last;

    encoder(config const& c, Index batch, Index seen, isotypic::thread_pool& p)
        : images(batch),
          tokens(seen + 1),
          x(images * tokens, c.width),
          code(x),
          last(c, images, tokens, c.last_norm, "norm", p),
          dx(x),
          dy(x),
          embedded(images * seen, c.width),
          pool(p) {
        for (Index i = 0; i < c.layers; ++i) layers.emplace_back(c, images, tokens, nn::layer_name(std::size_t(i)), p);
    }

    void forward(weights<T> const& w, patches<T> const& seen) {
        each_part([&](Index, auto rows) { embed(w, seen, rows.image, rows.images); });
        for (std::size_t i = 0; i < layers.size(); ++i) {
            auto& l = layers[i];
            auto const& v = w.layers[i];
            matrix<T>& next = i + 1 < layers.size() ? layers[i + 1].x : x;
            l.norm1.forward(l.x, v.norm1, l.a);
            each_part([&](Index, auto rows) {
                auto y = rows(l.y);
                l.attend.forward(rows.first, v, rows(l.a), y);
                y += rows(l.x);
            });
            l.norm2.forward(l.y, v.norm2, l.b);
            each_part([&](Index, auto rows) {
                auto y = rows(next);
                l.mlp.forward(rows.first, rows(l.b), v.gate, v.up, v.down, y);
                y += rows(l.y);
            });
        }
        last.forward(x, w.norm, code);
    }

    /// From the gradient of the code: part k's share in d[k], that of the norms in d[0] alone.
    void backward(weights<T> const& w, std::deque<weights<T>>& d, patches<T> const& seen, matrix<T> const& dcode) {
        dx.setZero();
        last.backward(x, w.norm, d[0].norm, dcode, dx);
        for (std::size_t i = layers.size(); i-- > 0;) {
            auto& l = layers[i];
            auto const& v = w.layers[i];
            each_part([&](Index k, auto rows) {
                auto& g = d[std::size_t(k)].layers[i];
                l.mlp.backward(rows.first, rows(l.b), v.gate, v.up, v.down, rows(dx), g.gate, g.up, g.down, rows(dy));
            });
            l.norm2.backward(l.y, v.norm2, d[0].layers[i].norm2, dy, dx);
            each_part([&](Index k, auto rows) { l.attend.backward(rows.first, v, d[std::size_t(k)].layers[i], rows(l.a), rows(dx), rows(dy)); });
            l.norm1.backward(l.x, v.norm1, d[0].layers[i].norm1, dy, dx);
        }
        each_part([&](Index k, auto rows) { embed_gradient(d[std::size_t(k)], seen, rows.image, rows.images); });
    }

    /// f(norm) for each.
    template <class F>
    void for_each_norm(F const& f) {
        for (auto& l : layers) f(l.norm1), f(l.norm2);
        f(last);
    }
    /// false takes the running statistics of batch norms.
    void training(bool on) {
        for_each_norm([&](norm<T>& n) { n.training(on); });
    }

private:
    matrix<T> dx, dy, embedded;
    isotypic::thread_pool& pool;

    /// The images of a part; as a function its rows of a matrix.
    struct cut {
        Index image, images, first, count;
        auto operator()(matrix<T>& m) const { return m.middleRows(first, count); }
    };
    template <class F>
    void each_part(F const& f) {
        const Index n = images / parts;
        pool.parallel_for(parts, [&](Index k) { f(k, cut{k * n, n, k * n * tokens, n * tokens}); });
    }
    void embed(weights<T> const& w, patches<T> const& seen, Index from, Index count) {
        const Index n = tokens - 1;
        matrix<T>& to = layers[0].x;
        nn::multiply<T>(seen.pixels.middleRows(from * n, count * n), w.patch, embedded.middleRows(from * n, count * n));
        for (Index i = from; i < from + count; ++i) {
            to.row(i * tokens) = w.token.row(0);
            for (Index k = 0; k < n; ++k) to.row(i * tokens + 1 + k) = embedded.row(i * n + k) + w.place.row(seen.place[std::size_t(i * n + k)]);
        }
    }
    void embed_gradient(weights<T>& d, patches<T> const& seen, Index from, Index count) {
        const Index n = tokens - 1;
        d.token.setZero(), d.place.setZero();
        for (Index i = from; i < from + count; ++i) {
            d.token.row(0) += dx.row(i * tokens);
            for (Index k = 0; k < n; ++k) {
                embedded.row(i * n + k) = dx.row(i * tokens + 1 + k);
                d.place.row(seen.place[std::size_t(i * n + k)]) += embedded.row(i * n + k);
            }
        }
        nn::transposed_multiply<T>(seen.pixels.middleRows(from * n, count * n), embedded.middleRows(from * n, count * n), d.patch);
    }
};

}  // namespace sepnorm
