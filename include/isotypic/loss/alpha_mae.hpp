// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// The absolute error at a temperature, and its mixture with the unhinged loss: two readings of "alpha-MAE", which
/// arXiv 2605.20347 names as one that runs from the unhinged loss to the absolute error and controls smoothness. Its formula is unknown
/// to us; both forms do that.
///
///     tempered_mae{.alpha = a}     L = (1/K - pi_y) / a,   pi = softmax(a s)        a = 0: U / K;   a = 1: mae up to a constant
///     mixed_mae(a)                 L = (1 - a) U + a (1 - p_y)                      a = 0: U;       a = 1: mae
///
/// The first is bounded for a > 0, with L_a(t s) = t L_(a t)(s), gradient -pi_y (e_y - pi) and beta = a / (3 sqrt 3), exactly and for
/// every K; times K it starts with the gradient of cross-entropy. The second is unbounded for a < 1; its beta is a / (3 sqrt 3). With
/// t_k = expm1(a (s_k - max s)) / a the first is (mean t - t_y) / (K (1 + a mean t)), which loses nothing down to a = 0.
namespace isotypic {

/// See the file's comment.
struct tempered_mae {
    double alpha = 1;
    static constexpr char const* name = "absolute error at a temperature";
    static constexpr loss_law law{.shift = true, .symmetric = true};
    double beta() const { return alpha / (3 * std::sqrt(3.0)); }

    void require() const { detail::require_that(alpha >= 0 && std::isfinite(alpha), name, "alpha", alpha, "0 or more"); }

    template <class T>
    void losses(detail::class_row<T>& row, T* out) const {
        const tempered t = at(row);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T((t.mean - t.of(double(row.score[k]))) / t.sum);
    }
    template <class T>
    double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const {
        const index_t n = row.classes;
        const tempered t = at(row);
        const double total = w.total(n);
        double own = 0;  // <q, t>
        if (w.soft)
            for (index_t k = 0; k < n; ++k) own += double(w.soft[k]) * t.of(double(row.score[k]));
        else
            own = t.of(double(row.score[w.label]));
        const double value = (total * t.mean - w.own * own - w.every * double(n) * t.mean) / t.sum;
        if (!g) return value;
        const T scale = T(-1 / t.sum);
        detail::exp_line(n, T(alpha), T(t.largest), row.score, g);                           // pi times sum
        const double expected = (w.own * (w.mass + alpha * own) + w.every * t.sum) / t.sum;  // <w, pi>
        if (w.soft) {
            for (index_t k = 0; k < n; ++k) g[k] *= scale * T(w.at(k) - expected);
            return value;
        }
        const T at_label = g[w.label] * scale, rest = scale * T(w.every - expected);
        for (index_t k = 0; k < n; ++k) g[k] *= rest;
        g[w.label] += T(w.own) * at_label;
        return value;
    }
    template <class T>
    void push(detail::class_row<T>& row, T const* v, T* out) const {
        const tempered t = at(row);
        double expected = 0;
        for (index_t k = 0; k < row.classes; ++k) expected += t.probability(double(row.score[k])) * double(v[k]);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(-t.probability(double(row.score[k])) * (double(v[k]) - expected));
    }
    template <class T>
    void turn(detail::class_row<T>& row, detail::class_target<T> const& w, T const* v, T* g) const {
        const tempered t = at(row);
        double expected = 0, own = 0, moved = 0;
        for (index_t k = 0; k < row.classes; ++k) {
            const double p = t.probability(double(row.score[k]));
            expected += p * double(v[k]), own += p * w.at(k);
        }
        for (index_t k = 0; k < row.classes; ++k) moved += alpha * t.probability(double(row.score[k])) * (double(v[k]) - expected) * w.at(k);
        for (index_t k = 0; k < row.classes; ++k) {
            const double p = t.probability(double(row.score[k]));
            g[k] = T(p * moved - alpha * p * (double(v[k]) - expected) * (w.at(k) - own));
        }
    }

private:
    struct tempered {
        double alpha, largest, mean, sum;
        double of(double s) const { return alpha > 0 ? std::expm1(alpha * (s - largest)) / alpha : s - largest; }
        double probability(double s) const { return std::exp(alpha * (s - largest)) / sum; }
    };
    template <class T>
    tempered at(detail::class_row<T>& row) const {
        const T most = detail::max_line(row.classes, row.score);
        const auto n = double(row.classes);
        if (alpha >= 0.1) {
            auto scope = row.scratch.open();
            const double sum = detail::exp_line(row.classes, T(alpha), most, row.score, row.take());
            return {alpha, double(most), (sum / n - 1) / alpha, sum};
        }
        double mean = 0;
        const tempered t{alpha, double(most), 0, 0};
        for (index_t k = 0; k < row.classes; ++k) mean += t.of(double(row.score[k])) / n;
        return {alpha, double(most), mean, n * (1 + alpha * mean)};
    }
};

}  // namespace isotypic
