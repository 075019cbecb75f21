// SPDX-License-Identifier: MIT
#pragma once
#include <nn/matrix.hpp>

namespace nn {

/// The middle of SwiGLU, with no weights:  hidden = silu(gate) * up,  silu(a) = a / (1 + e^-a).
/// The maps around it fill and read its matrices, in `n` rows from `at` on.
template <class T>
struct swiglu_core {
    matrix<T> gate, up, hidden, dgate, dup, dhidden;

    swiglu_core(Index rows, Index neurons)
        : gate(rows, neurons), up(rows, neurons), hidden(rows, neurons), dgate(rows, neurons), dup(rows, neurons), dhidden(rows, neurons) {}

    void forward(Index at, Index n) {
        auto g = gate.middleRows(at, n), u = up.middleRows(at, n), h = hidden.middleRows(at, n);
        h.array() = g.array() * u.array() / (1 + (-g.array()).exp());
    }
    /// dgate and dup from dhidden.
    void backward(Index at, Index n) {
        auto g = gate.middleRows(at, n), u = up.middleRows(at, n), dg = dgate.middleRows(at, n), du = dup.middleRows(at, n), dh = dhidden.middleRows(at, n);
        dg.array() = 1 / (1 + (-g.array()).exp());  // silu(g) = g s,  silu'(g) = s (1 + g (1 - s))
        du.array() = dh.array() * g.array() * dg.array();
        dg.array() = dh.array() * u.array() * dg.array() * (1 + g.array() * (1 - dg.array()));
    }
};

/// SwiGLU (arXiv 2002.05202):  y = (silu(x G') * x U') D'.
/// `at` is the row of the tape at which a call's rows begin, so that experts share one.
template <class T>
struct swiglu : swiglu_core<T> {
    using core = swiglu_core<T>;
    using core::gate, core::up, core::hidden, core::dgate, core::dup, core::dhidden, core::swiglu_core;

    void forward(Index at, cref<T> x, cref<T> G, cref<T> U, cref<T> D, ref<T> y) {
        const Index n = x.rows();
        multiply_transposed<T>(x, G, gate.middleRows(at, n));
        multiply_transposed<T>(x, U, up.middleRows(at, n));
        core::forward(at, n);
        multiply_transposed<T>(hidden.middleRows(at, n), D, y);
    }
    /// dx <- the gradient of x.
    void backward(Index at, cref<T> x, cref<T> G, cref<T> U, cref<T> D, cref<T> dy, ref<T> dG, ref<T> dU, ref<T> dD, ref<T> dx) {
        const Index n = x.rows();
        multiply<T>(dy, D, dhidden.middleRows(at, n));
        transposed_multiply<T>(dy, hidden.middleRows(at, n), dD);
        core::backward(at, n);
        auto dg = dgate.middleRows(at, n), du = dup.middleRows(at, n);
        transposed_multiply<T>(dg, x, dG);
        transposed_multiply<T>(du, x, dU);
        multiply<T>(dg, G, dx);
        add_product<T>(du, U, dx);
    }
};

}  // namespace nn
