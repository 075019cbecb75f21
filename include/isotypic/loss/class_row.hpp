// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_exp.hpp>
#include <isotypic/device/workspace.hpp>
#include <algorithm>
#include <cmath>

/// \file
/// One sample of a class loss: K finite scores in one piece, excluded classes left out, and what its label asks of the loss vector
/// L(s) = (l(s, 1), .., l(s, K)):
///
///     <w, L(s)>,   w = own q + every 1,   q = e_y for a label y, or soft labels
///
/// A label asks for w = e_y. Every transform is a map of w: the centred w = e_y - 1/K is the symmetrised loss, 1/K the
/// class-insensitive part, (1 - r) e_y + r/K a smoothed label.
namespace isotypic {

/// What a loss is left alone by, each a claim that a test proves.
struct loss_law {
    bool relabelling = true;   ///< l(P s, P y) = l(s, y) for permutations P of the classes
    bool shift = false;        ///< l(s + c 1, y) = l(s, y)
    bool symmetric = false;    ///< the symmetry condition: sum_y l(s, y) is one number for all s
    bool nonnegative = false;  ///< l(s, y) >= 0
    int degree = -1;           ///< l(t s, y) = t^degree l(s, y) for t > 0; -1: no such law
};

/// Value and derivatives of f at u, where l(s, y) = f(log p_y).
struct loss_curve {
    double value, slope, curvature;
};

/// What one pass over a row s finds, of the classes that are not excluded, M being the largest score.
struct class_sums {
    double classes;  ///< K
    double log_sum;  ///< log sum_k e^(s_k - M)
    double total;    ///< sum_k (s_k - M)
    double powers;   ///< sum_k (e^(q (s_k - M)) - 1)
    double own;      ///< s_y - M
};
/// What of it a loss asks for: q, if not 0, and the total.
struct class_sums_needed {
    double power = 0;
    bool total = false;
};
/// <w, L(s)> and its gradient, g_k = power e^(q (s_k - M)) + exponential e^(s_k - M) + constant, and `label` more for the label.
struct class_pull {
    double value, power, exponential, constant, label;
};

namespace detail {

/// See the file's comment.
template <class T>
struct class_target {
    index_t label = 0;
    T const* soft = nullptr;  ///< q, instead of a label
    double mass = 1;          ///< sum q
    double own = 1, every = 0;

    double total(index_t classes) const { return own * mass + every * double(classes); }
    double at(index_t k) const { return every + own * (soft ? double(soft[k]) : double(k == label)); }
    class_target with(double a, double b) const {
        class_target w = *this;
        return w.own = a, w.every = b, w;
    }
};

template <class T>
class class_row {
public:
    index_t classes;
    T const* score;
    workspace& scratch;
    T const *next = nullptr, *result = nullptr;  ///< what will be read after this row, and written for it; null where that is not in one piece

    class_row(index_t n, T const* s, workspace& w) : classes(n), score(s), scratch(w), e(w.take<T>(n)) {}

    /// exp(s_k - max), which times `inverse()` is p_k.
    T const* exponential() { return softmax(), e; }
    double inverse() { return softmax(), 1 / sum; }
    /// log sum_k exp(s_k - max)
    double log_sum() { return softmax(), log_of_sum; }
    double log_probability(index_t k) { return softmax(), (double(score[k]) - double(most)) - log_of_sum; }
    T largest() { return softmax(), most; }

    T* take() { return scratch.template take<T>(classes); }

    double mean_score() const { return sum_line(classes, score) / double(classes); }
    /// sum_k p_k v_k
    double expected(T const* v) {
        softmax();
        double total = 0;
        for (index_t k = 0; k < classes; ++k) total += double(e[k]) * double(v[k]);
        return total / sum;
    }

private:
    T* e;
    T most = 0;
    double sum = 0, log_of_sum = 0;

    void softmax() {
        if (sum > 0) return;
        most = max_line(classes, score);
        sum = exp_line(classes, T(1), most, score, e, next, result);
        log_of_sum = std::log(sum);
    }
};

/// sum_k w_k v_k
template <class T>
double weigh(class_target<T> const& w, index_t classes, T const* v) {
    double sum = 0, all = 0;
    if (w.every != 0) all = sum_line(classes, v);
    if (w.own != 0 && w.soft)
        for (index_t k = 0; k < classes; ++k) sum += double(w.soft[k]) * double(v[k]);
    else if (w.own != 0)
        sum = double(v[w.label]);
    return w.own * sum + w.every * all;
}

/// What a loss is called in errors.
template <class L>
std::string name_of() {
    if constexpr (requires { L::called(); })
        return L::called();
    else
        return L::name;
}
template <class L>
std::string name_of(L const& l) {
    if constexpr (requires { l.called(); })
        return l.called();
    else
        return L::name;
}
template <class L>
void require(L const& l) {
    if constexpr (requires { l.require(); }) l.require();
}
inline void require_that(bool holds, std::string const& what, char const* parameter, double value, char const* range) {
    if (!holds) throw error("isotypic: " + what + ": " + parameter + " = " + std::to_string(value) + ", which must be " + range);
}

}  // namespace detail
}  // namespace isotypic
