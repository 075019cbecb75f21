// SPDX-License-Identifier: MIT
#pragma once
#include <nn/swiglu.hpp>
#include <nn/weights.hpp>
#include <vector>

/// \file
/// A mixture of SwiGLU experts: softmax over all of them, each token goes to the few largest, and their
/// probabilities are its weights as they are, not renormalised (as in OLMoE, arXiv 2409.02060):
///
///     p = softmax(x R'),   y_t = sum over chosen e of p_te expert_e(x_t)
///
/// The balance loss is E sum_e f_e mean_t(p_te), f_e the share of the choices that fall on e; 1 if even.
namespace nn {

template <class T>
struct mixture {
    Index experts, chosen, neurons, width;
    matrix<T> p, dp;                        // [tokens, experts]
    std::vector<Index> expert, place;       // of token t's k-th choice, at t chosen + k: the expert, and its row below
    std::vector<Index> token, begin, next;  // a row's token; an expert's first row
    matrix<T> x_of, y_of, dx_of, dy_of;     // a row a choice, sorted by expert
    swiglu<T> inner;

    mixture(config const& c, Index rows)
        : experts(c.experts),
          chosen(c.chosen),
          neurons(c.hidden),
          width(c.width),
          p(rows, experts),
          dp(rows, experts),
          expert(std::size_t(rows * chosen)),
          place(expert.size()),
          token(expert.size()),
          begin(std::size_t(experts + 1)),
          next(begin),
          x_of(rows * chosen, c.width),
          y_of(rows * chosen, c.width),
          dx_of(rows * chosen, c.width),
          dy_of(rows * chosen, c.width),
          inner(rows * chosen, c.hidden) {}

    Index choices(Index e) const { return begin[std::size_t(e + 1)] - begin[std::size_t(e)]; }
    double share(Index e) const { return double(choices(e)) / double(token.size()); }

    void forward(layer_weights<T> const& w, cref<T> x, ref<T> y) {
        p.noalias() = x * w.router.transpose();
        for (Index t = 0; t < p.rows(); ++t) softmax(p.row(t).data(), experts);
        choose();
        for (std::size_t i = 0; i < token.size(); ++i) x_of.row(Index(i)) = x.row(token[i]);
        for_each_expert(
            [&](auto rows, auto hidden, auto out, Index at) { inner.forward(at, rows(x_of), hidden(w.gate), hidden(w.up), out(w.down), rows(y_of)); });
        y.setZero();
        for_each_choice([&](Index t, Index e, Index at) { y.row(t) += p(t, e) * y_of.row(at); });
    }

    /// dx <- the gradient of x, for the loss plus `balance` times the balance loss.
    void backward(layer_weights<T> const& w, layer_weights<T>& dw, cref<T> x, cref<T> dy, double balance, ref<T> dx) {
        for (Index e = 0; e < experts; ++e) dp.col(e).setConstant(T(balance * double(experts) * share(e) / double(p.rows())));
        for_each_choice([&](Index t, Index e, Index at) {
            dp(t, e) += dot(dy.row(t).data(), y_of.row(at).data(), dy.cols());
            dy_of.row(at) = p(t, e) * dy.row(t);
        });
        for_each_expert([&](auto rows, auto hidden, auto out, Index at) {
            inner.backward(at, rows(x_of), hidden(w.gate), hidden(w.up), out(w.down), rows(dy_of), hidden(dw.gate), hidden(dw.up), out(dw.down), rows(dx_of));
        });
        for (Index t = 0; t < p.rows(); ++t) {
            const T mean = dot(p.row(t).data(), dp.row(t).data(), experts);
            dp.row(t).array() = p.row(t).array() * (dp.row(t).array() - mean);
        }
        dw.router.noalias() = dp.transpose() * x;
        dx.noalias() = dp * w.router;
        for_each_choice([&](Index t, Index, Index at) { dx.row(t) += dx_of.row(at); });
    }

private:
    /// Every token's largest experts, the first of equals; then the choices sorted by expert.
    void choose() {
        std::fill(begin.begin(), begin.end(), 0);
        for (Index t = 0, i = 0; t < p.rows(); ++t)
            for (Index k = 0; k < chosen; ++k, ++i) {
                Index best = -1;
                for (Index e = 0; e < experts; ++e) {
                    bool free = true;
                    for (Index j = 1; j <= k; ++j) free &= expert[std::size_t(i - j)] != e;
                    if (free && (best < 0 || p(t, e) > p(t, best))) best = e;
                }
                expert[std::size_t(i)] = best, ++begin[std::size_t(best + 1)];
            }
        for (std::size_t e = 1; e < begin.size(); ++e) begin[e] += begin[e - 1];
        next = begin;
        for (std::size_t i = 0; i < expert.size(); ++i) {
            const Index at = next[std::size_t(expert[i])]++;
            place[i] = at, token[std::size_t(at)] = Index(i) / chosen;
        }
    }
    /// f(token, expert, row), token by token.
    template <class F>
    void for_each_choice(F const& f) {
        for (std::size_t i = 0; i < expert.size(); ++i) f(Index(i) / chosen, expert[i], place[i]);
    }
    /// f(rows, hidden, out, at): the expert's rows of a tape, of gate and up, of down; the first of its rows.
    template <class F>
    void for_each_expert(F const& f) {
        for (Index e = 0; e < experts; ++e) {
            const Index at = begin[std::size_t(e)];
            f([=, this](matrix<T>& m) { return m.middleRows(at, choices(e)); }, [=, this](auto& m) { return m.middleRows(e * neurons, neurons); },
              [=, this](auto& m) { return m.middleRows(e * width, width); }, at);
        }
    }
};

}  // namespace nn
