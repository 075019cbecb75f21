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
            s.noalias() = scale() * head(q) * head(k).transpose();
            for (Index i = 0; i < length; ++i) softmax(s.row(i).data(), i + 1), s.row(i).tail(length - i - 1).setZero();
            head(z).noalias() = s * head(v);
        });
    }
    /// dq, dk, dv from dz.
    void backward() {
        for_each_head([&](auto head, auto weight) {
            auto s = weight(p);
            dp.noalias() = head(dz) * head(v).transpose();
            head(dv).noalias() = s.transpose() * head(dz);
            for (Index i = 0; i < length; ++i) {
                T *a = dp.row(i).data(), *b = s.row(i).data();
                const T mean = dot(a, b, i + 1);
                for (Index j = 0; j <= i; ++j) a[j] = scale() * b[j] * (a[j] - mean);
                std::fill(a + i + 1, a + length, T(0));
            }
            head(dq).noalias() = dp * head(k);
            head(dk).noalias() = dp.transpose() * head(q);
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
        q.noalias() = x * w.q.transpose();
        k.noalias() = x * w.k.transpose();
        v.noalias() = x * w.v.transpose();
        core::forward();
        y.noalias() = z * w.o.transpose();
    }
    /// dx <- the gradient of x.
    void backward(layer_weights<T> const& w, layer_weights<T>& dw, cref<T> x, cref<T> dy, ref<T> dx) {
        dz.noalias() = dy * w.o;
        dw.o.noalias() = dy.transpose() * z;
        core::backward();
        dw.q.noalias() = dq.transpose() * x;
        dw.k.noalias() = dk.transpose() * x;
        dw.v.noalias() = dv.transpose() * x;
        dx.noalias() = dq * w.q;
        dx.noalias() += dk * w.k;
        dx.noalias() += dv * w.v;
    }
};

}  // namespace nn
