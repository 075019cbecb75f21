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
        q.middleRows(at, n).noalias() = x * w.q.transpose();
        k.middleRows(at, n).noalias() = x * w.k.transpose();
        v.middleRows(at, n).noalias() = x * w.v.transpose();
        for_each_head(at, n, [&](auto head, auto square) {
            auto s = square(p);
            s.noalias() = scale() * head(q) * head(k).transpose();
            for (Index i = 0; i < tokens; ++i) nn::softmax(s.row(i).data(), tokens);
            head(z).noalias() = s * head(v);
        });
        y.noalias() = z.middleRows(at, n) * w.o.transpose();
    }

    /// dx <- the gradient of x.
    void backward(Index at, layer_weights<T> const& w, layer_weights<T>& dw, cref<T> x, cref<T> dy, ref<T> dx) {
        const Index n = x.rows();
        auto rows = [&](matrix<T>& m) { return m.middleRows(at, n); };
        rows(dz).noalias() = dy * w.o;
        dw.o.noalias() = dy.transpose() * rows(z);
        for_each_head(at, n, [&](auto head, auto square) {
            auto s = square(p), ds = square(dp);
            ds.noalias() = head(dz) * head(v).transpose();
            head(dv).noalias() = s.transpose() * head(dz);
            softmax_gradient<T>(s, scale(), ds);
            head(dq).noalias() = ds * head(k);
            head(dk).noalias() = ds.transpose() * head(q);
        });
        dw.q.noalias() = rows(dq).transpose() * x;
        dw.k.noalias() = rows(dk).transpose() * x;
        dw.v.noalias() = rows(dv).transpose() * x;
        dx.noalias() = rows(dq) * w.q;
        dx.noalias() += rows(dk) * w.k;
        dx.noalias() += rows(dv) * w.v;
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
