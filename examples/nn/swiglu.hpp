// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>

namespace nn {

/// SwiGLU (arXiv 2002.05202):  y = (silu(x G') * x U') D',  silu(a) = a / (1 + e^-a).
/// `at` is the row of the tape at which a call's rows begin, so that experts share one.
template <class T>
struct swiglu {
    matrix<T> gate, up, hidden, dgate, dup, dhidden;

    swiglu(Index rows, Index neurons)
        : gate(rows, neurons), up(rows, neurons), hidden(rows, neurons), dgate(rows, neurons), dup(rows, neurons), dhidden(rows, neurons) {}

    void forward(Index at, cref<T> x, cref<T> G, cref<T> U, cref<T> D, ref<T> y) {
        auto rows = [&](matrix<T>& m) { return m.middleRows(at, x.rows()); };
        auto g = rows(gate), u = rows(up), h = rows(hidden);
        g.noalias() = x * G.transpose();
        u.noalias() = x * U.transpose();
        h.array() = g.array() * u.array() / (1 + (-g.array()).exp());
        y.noalias() = h * D.transpose();
    }

    /// dx <- the gradient of x.
    void backward(Index at, cref<T> x, cref<T> G, cref<T> U, cref<T> D, cref<T> dy, ref<T> dG, ref<T> dU, ref<T> dD, ref<T> dx) {
        auto rows = [&](matrix<T>& m) { return m.middleRows(at, x.rows()); };
        auto g = rows(gate), u = rows(up), h = rows(hidden), dg = rows(dgate), du = rows(dup), dh = rows(dhidden);
        dh.noalias() = dy * D;
        dD.noalias() = dy.transpose() * h;
        dg.array() = 1 / (1 + (-g.array()).exp());  // silu(g) = g s,  silu'(g) = s (1 + g (1 - s))
        du.array() = dh.array() * g.array() * dg.array();
        dg.array() = dh.array() * u.array() * dg.array() * (1 + g.array() * (1 - dg.array()));
        dG.noalias() = dg.transpose() * x;
        dU.noalias() = du.transpose() * x;
        dx.noalias() = dg * G;
        dx.noalias() += du * U;
    }
};

}  // namespace nn
