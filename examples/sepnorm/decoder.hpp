// SPDX-License-Identifier: MIT
#pragma once
#include "encoder.hpp"

/// \file
/// The decoder of a masked autoencoder (arXiv 2111.06377), in its lightest form: each masked place asks the class token and the
/// visible patches of its image, head by head, and paints its patch from what they say:
///
///     z = softmax(Q K' / sqrt(head width)) V,   K = code Wk',  V = code Wv',   Q a row of a table for each place
///     patch = D gelu(A z + B of the place),     loss = mean over masked patches and pixels of (patch - true)^2
///
/// with gelu(x) = x s(1.702 x), s the logistic function.
namespace sepnorm {

/// The activations of a batch; a call works on the images from `from` on.
template <class T>
struct decoder {
    Index tokens, masked, heads, head_width;
    matrix<T> code, k, v, q, z, p, x, gate, h, painted;  // p: a masked x tokens matrix an image and head
    matrix<T> dcode, dk, dv, dq, dz, dp, dh;

    decoder(config const& c, Index images)
        : tokens(c.visible + 1),
          masked(c.masked()),
          heads(c.heads),
          head_width(c.width / c.heads),
          code(images * tokens, c.width),
          k(code),
          v(code),
          q(images * masked, c.width),
          z(q),
          p(images * heads * masked, tokens),
          x(images * masked, c.decoder),
          gate(x),
          h(x),
          painted(x.rows(), c.pixels()),
          dcode(code),
          dk(code),
          dv(code),
          dq(q),
          dz(q),
          dp(p),
          dh(x) {}

    /// Paints the hidden patches; returns the sum of squares.
    double forward(weights<T> const& w, patches<T> const& hidden, Index from, Index count) {
        const Index at = from * masked, n = count * masked, row = from * tokens, rows = count * tokens;
        auto place = [&](Index i) { return hidden.place[std::size_t(i)]; };
        nn::multiply_transposed<T>(code.middleRows(row, rows), w.key, k.middleRows(row, rows));
        nn::multiply_transposed<T>(code.middleRows(row, rows), w.value, v.middleRows(row, rows));
        for (Index i = at; i < at + n; ++i) q.row(i) = w.query.row(place(i));
        for_each_head(from, count, [&](auto asks, auto answers, auto square) {
            auto s = square(p);
            nn::multiply_transposed<T>(asks(q), answers(k), s, scale());
            for (Index i = 0; i < masked; ++i) nn::softmax(s.row(i).data(), tokens);
            nn::multiply<T>(s, answers(v), asks(z));
        });
        auto a = x.middleRows(at, n), g = gate.middleRows(at, n);
        nn::multiply_transposed<T>(z.middleRows(at, n), w.listen, a);
        for (Index i = at; i < at + n; ++i) x.row(i) += w.offset.row(place(i));
        g.array() = 1 / (1 + (T(-1.702) * a.array()).exp());
        h.middleRows(at, n).array() = a.array() * g.array();
        nn::multiply_transposed<T>(h.middleRows(at, n), w.paint, painted.middleRows(at, n));
        double sum = 0;
        for (Index i = at; i < at + n; ++i)
            for (Index j = 0; j < painted.cols(); ++j) {
                const double e = double(painted(i, j)) - double(hidden.pixels(i, j));
                sum += e * e;
            }
        return sum;
    }

    /// After `forward`: the gradient of `scale_of` times its sum, into d and dcode. Overwrites what was painted.
    void backward(weights<T> const& w, weights<T>& d, patches<T> const& hidden, Index from, Index count, double scale_of) {
        const Index at = from * masked, n = count * masked, row = from * tokens, rows = count * tokens;
        auto place = [&](Index i) { return hidden.place[std::size_t(i)]; };
        auto e = painted.middleRows(at, n), g = gate.middleRows(at, n), a = x.middleRows(at, n), da = dh.middleRows(at, n);
        e = T(2 * scale_of) * (e - hidden.pixels.middleRows(at, n));
        nn::transposed_multiply<T>(e, h.middleRows(at, n), d.paint);
        nn::multiply<T>(e, w.paint, da);
        da.array() *= g.array() * (1 + T(1.702) * a.array() * (1 - g.array()));
        nn::transposed_multiply<T>(da, z.middleRows(at, n), d.listen);
        nn::multiply<T>(da, w.listen, dz.middleRows(at, n));
        for_each_head(from, count, [&](auto asks, auto answers, auto square) {
            auto s = square(p), ds = square(dp);
            nn::multiply_transposed<T>(asks(dz), answers(v), ds);
            nn::transposed_multiply<T>(s, asks(dz), answers(dv));
            softmax_gradient<T>(s, scale(), ds);
            nn::multiply<T>(ds, answers(k), asks(dq));
            nn::transposed_multiply<T>(ds, asks(q), answers(dk));
        });
        d.query.setZero(), d.offset.setZero();
        for (Index i = at; i < at + n; ++i) d.query.row(place(i)) += dq.row(i), d.offset.row(place(i)) += dh.row(i);
        nn::transposed_multiply<T>(dk.middleRows(row, rows), code.middleRows(row, rows), d.key);
        nn::transposed_multiply<T>(dv.middleRows(row, rows), code.middleRows(row, rows), d.value);
        nn::multiply<T>(dk.middleRows(row, rows), w.key, dcode.middleRows(row, rows));
        nn::add_product<T>(dv.middleRows(row, rows), w.value, dcode.middleRows(row, rows));
    }

private:
    T scale() const { return 1 / std::sqrt(T(head_width)); }

    /// f(asks, answers, square): a head's part of q and z, of k and v, and its masked x tokens matrix.
    template <class F>
    void for_each_head(Index from, Index count, F const& f) {
        for (Index i = from; i < from + count; ++i)
            for (Index head = 0; head < heads; ++head)
                f([=, this](matrix<T>& m) { return m.block(i * masked, head * head_width, masked, head_width); },
                  [=, this](matrix<T>& m) { return m.block(i * tokens, head * head_width, tokens, head_width); },
                  [=, this](matrix<T>& m) { return m.middleRows((i * heads + head) * masked, masked); });
    }
};

}  // namespace sepnorm
