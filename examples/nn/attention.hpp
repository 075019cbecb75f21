// SPDX-License-Identifier: MIT
#pragma once
#include <nn/weights.hpp>

/// \file
/// Causal attention with rotary positions, sequence by sequence and head by head:
///
///     S = Q K' / sqrt(head width),  P = softmax of each row of S up to the diagonal,  Z = P V,  y = Z Wo'
namespace nn {

/// Turns (x_j, x_(j + h/2)) of each head by the angle position * 10000^(-2j/h) (arXiv 2104.09864).
template <class T>
struct rotary {
    matrix<T> cosine, sine;

    explicit rotary(config const& c) : cosine(c.length, c.head_width() / 2), sine(c.length, c.head_width() / 2) {
        for (Index t = 0; t < cosine.rows(); ++t)
            for (Index j = 0; j < cosine.cols(); ++j) {
                const double angle = double(t) * std::pow(10000.0, -double(j) / double(cosine.cols()));
                cosine(t, j) = T(std::cos(angle)), sine(t, j) = T(std::sin(angle));
            }
    }
    /// `direction` -1 turns back, which is the gradient's way.
    void turn(ref<T> x, T direction) const {
        const Index half = cosine.cols();
        for (Index i = 0; i < x.rows(); ++i) {
            T const *c = cosine.row(i % cosine.rows()).data(), *s = sine.row(i % sine.rows()).data();
            for (T *a = x.row(i).data(), *end = a + x.cols(); a != end; a += 2 * half)
                for (Index j = 0; j < half; ++j) {
                    const T first = a[j], second = a[j + half], up = direction * s[j];
                    a[j] = first * c[j] - second * up, a[j + half] = first * up + second * c[j];
                }
        }
    }
};

/// From q, k, v to z, with no weights. The maps around it fill and read its matrices.
template <class T>
struct attention_core {
    Index length, heads, head_width;
    rotary<T> positions;
    matrix<T> q, k, v, z, p;       // p: one length x length matrix a sequence and head
    matrix<T> dq, dk, dv, dz, dp;  // dp: of one head

    attention_core(config const& c, Index rows)
        : length(c.length),
          heads(c.heads),
          head_width(c.head_width()),
          positions(c),
          q(rows, c.width),
          k(rows, c.width),
          v(rows, c.width),
          z(rows, c.width),
          p(rows * heads, length),
          dq(rows, c.width),
          dk(rows, c.width),
          dv(rows, c.width),
          dz(rows, c.width),
          dp(length, length) {}

    /// Turns q and k, then z.
    void forward() {
        positions.turn(q, 1), positions.turn(k, 1);
        for_each_head([&](auto head, auto weight) {
            auto s = weight(p);
            multiply_transposed<T>(head(q), head(k), s, scale());
            for (Index i = 0; i < length; ++i) softmax(s.row(i).data(), i + 1), s.row(i).tail(length - i - 1).setZero();
            multiply<T>(s, head(v), head(z));
        });
    }
    /// dq, dk, dv from dz.
    void backward() {
        for_each_head([&](auto head, auto weight) {
            auto s = weight(p);
            multiply_transposed<T>(head(dz), head(v), dp);
            transposed_multiply<T>(s, head(dz), head(dv));
            for (Index i = 0; i < length; ++i) {
                T *a = dp.row(i).data(), *b = s.row(i).data();
                const T mean = dot(a, b, i + 1);
                for (Index j = 0; j <= i; ++j) a[j] = scale() * b[j] * (a[j] - mean);
                std::fill(a + i + 1, a + length, T(0));
            }
            multiply<T>(dp, head(k), head(dq));
            transposed_multiply<T>(dp, head(q), head(dk));
        });
        positions.turn(dq, -1), positions.turn(dk, -1);
    }

private:
    T scale() const { return 1 / std::sqrt(T(head_width)); }

    /// f(cut, square): cut(q) is the head's part of q, square(p) its length x length matrix.
    template <class F>
    void for_each_head(F const& f) {
        for (Index i = 0; i < q.rows() / length; ++i)
            for (Index h = 0; h < heads; ++h)
                f([=, this](matrix<T>& m) { return m.block(i * length, h * head_width, length, head_width); },
                  [=, this](matrix<T>& m) { return m.middleRows((i * heads + h) * length, length); });
    }
};

/// See the file's comment.
template <class T>
struct attention : attention_core<T> {
    using core = attention_core<T>;
    using core::q, core::k, core::v, core::z, core::dq, core::dk, core::dv, core::dz, core::attention_core;

    void forward(layer_weights<T> const& w, cref<T> x, ref<T> y) {
        multiply_transposed<T>(x, w.q, q);
        multiply_transposed<T>(x, w.k, k);
        multiply_transposed<T>(x, w.v, v);
        core::forward();
        multiply_transposed<T>(z, w.o, y);
    }
    /// dx <- the gradient of x.
    void backward(layer_weights<T> const& w, layer_weights<T>& dw, cref<T> x, cref<T> dy, ref<T> dx) {
        multiply<T>(dy, w.o, dz);
        transposed_multiply<T>(dy, z, dw.o);
        core::backward();
        transposed_multiply<T>(dq, x, dw.q);
        transposed_multiply<T>(dk, x, dw.k);
        transposed_multiply<T>(dv, x, dw.v);
        multiply<T>(dq, w.q, dx);
        add_product<T>(dk, w.k, dx);
        add_product<T>(dv, w.v, dx);
    }
};

}  // namespace nn
