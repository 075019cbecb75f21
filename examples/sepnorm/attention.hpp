// SPDX-License-Identifier: MIT
#pragma once
#include "weights.hpp"

/// \file
/// Attention of every token to every token of its image, head by head:
///
///     S = Q K' / sqrt(head width),  P = softmax of each row of S,  Z = P V,  y = Z Wo'
namespace sepnorm {

using nn::cref;
using nn::matrix;
using nn::ref;

/// ds <- the gradient of the logits over `scale`, from that of p, their softmax by rows.
template <class T>
void softmax_gradient(cref<T> p, T scale, ref<T> ds) {
    for (Index i = 0; i < p.rows(); ++i) {
        T const* b = p.row(i).data();
        T* a = ds.row(i).data();
        const T mean = nn::dot(a, b, p.cols());
        for (Index j = 0; j < p.cols(); ++j) a[j] = scale * b[j] * (a[j] - mean);
    }
}

/// The activations of a batch of images of `tokens` rows each; a call works on those from row `at` on.
template <class T>
struct attention {
    Index tokens, heads, head_width;
    matrix<T> q, k, v, z, p;  // p: a tokens x tokens matrix an image and head
    matrix<T> dq, dk, dv, dz, dp;

    attention(config const& c, Index images, Index all)
        : tokens(all),
          heads(c.heads),
          head_width(c.width / c.heads),
          q(images * all, c.width),
          k(q),
          v(q),
          z(q),
          p(images * all * c.heads, all),
          dq(q),
          dk(q),
          dv(q),
          dz(q),
          dp(p) {}

    void forward(Index at, layer_weights<T> const& w, cref<T> x, ref<T> y) {
        const Index n = x.rows();
        nn::multiply_transposed<T>(x, w.q, q.middleRows(at, n));
        nn::multiply_transposed<T>(x, w.k, k.middleRows(at, n));
        nn::multiply_transposed<T>(x, w.v, v.middleRows(at, n));
        for_each_head(at, n, [&](auto head, auto square) {
            auto s = square(p);
            nn::multiply_transposed<T>(head(q), head(k), s, scale());
            for (Index i = 0; i < tokens; ++i) nn::softmax(s.row(i).data(), tokens);
            nn::multiply<T>(s, head(v), head(z));
        });
        nn::multiply_transposed<T>(z.middleRows(at, n), w.o, y);
    }

    /// dx <- the gradient of x.
    void backward(Index at, layer_weights<T> const& w, layer_weights<T>& dw, cref<T> x, cref<T> dy, ref<T> dx) {
        const Index n = x.rows();
        auto rows = [&](matrix<T>& m) { return m.middleRows(at, n); };
        nn::multiply<T>(dy, w.o, rows(dz));
        nn::transposed_multiply<T>(dy, rows(z), dw.o);
        for_each_head(at, n, [&](auto head, auto square) {
            auto s = square(p), ds = square(dp);
            nn::multiply_transposed<T>(head(dz), head(v), ds);
            nn::transposed_multiply<T>(s, head(dz), head(dv));
            softmax_gradient<T>(s, scale(), ds);
            nn::multiply<T>(ds, head(k), head(dq));
            nn::transposed_multiply<T>(ds, head(q), head(dk));
        });
        nn::transposed_multiply<T>(rows(dq), x, dw.q);
        nn::transposed_multiply<T>(rows(dk), x, dw.k);
        nn::transposed_multiply<T>(rows(dv), x, dw.v);
        nn::multiply<T>(rows(dq), w.q, dx);
        nn::add_product<T>(rows(dk), w.k, dx);
        nn::add_product<T>(rows(dv), w.v, dx);
    }

private:
    T scale() const { return 1 / std::sqrt(T(head_width)); }

    /// f(cut, square): cut(q) is a head's part of an image's q, square(p) its tokens x tokens matrix.
    template <class F>
    void for_each_head(Index at, Index n, F const& f) {
        for (Index row = at; row < at + n; row += tokens)
            for (Index h = 0; h < heads; ++h)
                f([=, this](matrix<T>& m) { return m.block(row, h * head_width, tokens, head_width); },
                  [=, this](matrix<T>& m) { return m.middleRows((row * heads) + h * tokens, tokens); });
    }
};

}  // namespace sepnorm
