// SPDX-License-Identifier: MIT
#pragma once
#include <nn/swiglu.hpp>
#include <nn/weights.hpp>
#include <vector>

/// \file
/// A mixture of SwiGLU experts: softmax over all of them, each token goes to the few largest, whose probabilities are
/// renormalised (as in Mixtral, arXiv 2401.04088; an expert that is not chosen then learns from the balance loss alone):
///
///     p = softmax(x R'),   y_t = sum over chosen e of w_te expert_e(x_t),   w_te = p_te / sum over chosen e of p_te
///
/// The balance loss is E sum_e f_e mean_t(p_te), f_e the share of the choices that fall on e; 1 if even.
namespace nn {

template <class T>
struct mixture {
    Index experts, chosen, neurons, width;
    matrix<T> p, dz;                        // [tokens, experts]: probabilities, the gradient of the logits
    matrix<T> w, dw;                        // [tokens, chosen]
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
          dz(rows, experts),
          w(rows, chosen),
          dw(rows, chosen),
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

    void forward(layer_weights<T> const& at, cref<T> x, ref<T> y) {
        multiply_transposed<T>(x, at.router, p);
        for (Index t = 0; t < p.rows(); ++t) softmax(p.row(t).data(), experts);
        choose();
        for (std::size_t i = 0; i < token.size(); ++i) x_of.row(Index(i)) = x.row(token[i]);
        for_each_expert(
            [&](auto rows, auto hidden, auto out, Index from) { inner.forward(from, rows(x_of), hidden(at.gate), hidden(at.up), out(at.down), rows(y_of)); });
        y.setZero();
        for_each_choice([&](Index t, Index k, Index row) { y.row(t) += w(t, k) * y_of.row(row); });
    }

    /// dx <- the gradient of x, for the loss plus `balance` times the balance loss.
    void backward(layer_weights<T> const& at, layer_weights<T>& d, cref<T> x, cref<T> dy, double balance, ref<T> dx) {
        for_each_choice([&](Index t, Index k, Index row) {
            dw(t, k) = dot(dy.row(t).data(), y_of.row(row).data(), dy.cols());
            dy_of.row(row) = w(t, k) * dy.row(t);
        });
        for_each_expert([&](auto rows, auto hidden, auto out, Index from) {
            inner.backward(from, rows(x_of), hidden(at.gate), hidden(at.up), out(at.down), rows(dy_of), hidden(d.gate), hidden(d.up), out(d.down), rows(dx_of));
        });
        // Through a softmax q of z:  dz = q * (dq - <q, dq>), with q = p over all experts and q = w over the chosen.
        for (Index e = 0; e < experts; ++e) dz.col(e).setConstant(T(balance * double(experts) * share(e) / double(p.rows())));
        for (Index t = 0; t < p.rows(); ++t) {
            dz.row(t).array() = p.row(t).array() * (dz.row(t).array() - dot(p.row(t).data(), dz.row(t).data(), experts));
            const T mean = dot(w.row(t).data(), dw.row(t).data(), chosen);
            for (Index k = 0; k < chosen; ++k) dz(t, expert[std::size_t(t * chosen + k)]) += w(t, k) * (dw(t, k) - mean);
        }
        transposed_multiply<T>(dz, x, d.router);
        multiply<T>(dz, at.router, dx);
        for_each_choice([&](Index t, Index, Index row) { dx.row(t) += dx_of.row(row); });
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
                expert[std::size_t(i)] = best, w(t, k) = p(t, best), ++begin[std::size_t(best + 1)];
            }
        for (Index t = 0; t < p.rows(); ++t) w.row(t) /= w.row(t).sum();
        for (std::size_t e = 1; e < begin.size(); ++e) begin[e] += begin[e - 1];
        next = begin;
        for (std::size_t i = 0; i < expert.size(); ++i) {
            const Index at = next[std::size_t(expert[i])]++;
            place[i] = at, token[std::size_t(at)] = Index(i) / chosen;
        }
    }
    /// f(t, k, row of the k-th choice of token t), token by token.
    template <class F>
    void for_each_choice(F const& f) {
        for (std::size_t i = 0; i < expert.size(); ++i) f(Index(i) / chosen, Index(i) % chosen, place[i]);
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
