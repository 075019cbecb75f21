// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_row.hpp>

/// \file
/// What a loss of classes is, and how one of the label's probability comes by its derivatives.
///
/// A loss says `name` and `law` and has either
///
///     loss_curve at(double u) const                    l(s, y) = f(log p_y): f, f' and f'' at u = log p_y
///
/// from which everything follows,
///
///     L_k = f(u_k),   grad <w, L> = c - (sum c) p,   c_k = w_k f'(u_k)
///     Hess <w, L> v = c. - (sum c.) p - (sum c) p.,   c._k = w_k f''(u_k) (v_k - p'v),   p._k = p_k (v_k - p'v)
///
/// or, where the loss is of another form, four functions of a row (see `class_row`): `losses` (the loss vector), `pull` (the gradient
/// of <w, L>), `push` (the derivative of L along v) and `turn` (the derivative of `pull` along v).
///
/// A loss of one's own:
///
///     struct squared_log { static constexpr char const* name = "squared log"; static constexpr loss_law law{.shift = true, .nonnegative = true};
///                          loss_curve at(double u) const { return {u * u, 2 * u, 2}; } };
namespace isotypic {

/// l(s, y) = f(log p_y).
template <class L>
concept probability_loss = requires(L const& l, double u) {
    { L::name } -> std::convertible_to<char const*>;
    { L::law } -> std::convertible_to<loss_law>;
    { l.at(u) } -> std::convertible_to<loss_curve>;
};

/// A loss by its own functions of a row.
template <class L>
concept row_loss = requires(L const& l, detail::class_row<double>& row, detail::class_target<double> const& w, double* g) {
    { L::law } -> std::convertible_to<loss_law>;
    l.losses(row, g);
    { l.pull(row, w, g) } -> std::convertible_to<double>;
    l.push(row, g, g);
    l.turn(row, w, g, g);
};

/// A loss that follows from the sums of one pass, for w = own e_y + every 1: for devices that read a row once and write it once.
template <class L>
concept summed_loss = requires(L const& l, class_sums const& s, double w) {
    { l.needs() } -> std::same_as<class_sums_needed>;
    { l.of_sums(s, w, w) } -> std::same_as<class_pull>;
};

/// Anything that `criterion` takes for class scores.
template <class L>
concept class_loss = probability_loss<L> || row_loss<L>;

namespace detail {

/// What `curves` found over all classes.
struct curve_sums {
    double value, slope, factor;
};

/// What a loss needs, and gives, of the sums of one pass; one of the label's probability alone needs none.
template <class L>
constexpr class_sums_needed needs(L const& l) {
    if constexpr (summed_loss<L>)
        return l.needs();
    else
        return {};
}
template <class L>
constexpr class_pull of_sums(L const& l, class_sums const& s, double own) {
    if constexpr (summed_loss<L>) {
        return l.of_sums(s, own, 0.0);
    } else {
        const loss_curve f = l.at(s.own - s.log_sum);
        return {own * f.value, 0, -own * f.slope * std::exp(-s.log_sum), 0, own * f.slope};
    }
}

/// The sums of f and f' over the classes, with f'(log p_k) = factor slope_k. A loss whose loop is worth vectors has its own.
template <class L, class T>
curve_sums curves(L const& l, class_row<T>& row, T* slope) {
    if constexpr (requires { l.curves(row, slope); })
        return l.curves(row, slope);
    else {
        curve_sums sum{0, 0, 1};
        for (index_t k = 0; k < row.classes; ++k) {
            const loss_curve f = l.at(row.log_probability(k));
            sum.value += f.value, sum.slope += f.slope, slope[k] = T(f.slope);
        }
        return sum;
    }
}

/// out_k <- l(s, k).
template <class L, class T>
void losses(L const& l, class_row<T>& row, T* out) {
    if constexpr (row_loss<L>)
        l.losses(row, out);
    else
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(l.at(row.log_probability(k)).value);
}

/// Returns <w, L(s)>; g, unless null, <- its gradient.
template <class L, class T>
double pull(L const& l, class_row<T>& row, class_target<T> const& w, T* g) {
    if constexpr (row_loss<L>)
        return l.pull(row, w, g);
    else {
        const index_t n = row.classes;
        if (w.soft) {
            double value = 0, sum = 0;
            for (index_t k = 0; k < n; ++k) {
                const double share = w.at(k);
                const loss_curve f = share != 0 ? l.at(row.log_probability(k)) : loss_curve{0, 0, 0};
                value += share * f.value, sum += share * f.slope;
                if (g) g[k] = T(share * f.slope);
            }
            const T by = T(sum * row.inverse());
            T const* e = row.exponential();
            if (g)
                for (index_t k = 0; k < n; ++k) g[k] -= by * e[k];
            return value;
        }
        const loss_curve f = l.at(row.log_probability(w.label));
        double value = w.own * f.value, sum = w.own * f.slope;
        T share = 0;
        if (w.every != 0) {
            auto scope = row.scratch.open();
            const curve_sums all = curves(l, row, g ? g : row.take());
            value += w.every * all.value, sum += w.every * all.slope, share = T(w.every * all.factor);
        }
        if (!g) return value;
        T const* e = row.exponential();
        const T by = T(sum * row.inverse());
        if (w.every != 0)
            along(n, [=](index_t k) { g[k] = share * g[k] - by * e[k]; });
        else
            along(n, [=](index_t k) { g[k] = -by * e[k]; });
        g[w.label] += T(w.own * f.slope);
        return value;
    }
}

/// out_k <- the derivative of l(s, k) along v.
template <class L, class T>
void push(L const& l, class_row<T>& row, T const* v, T* out) {
    if constexpr (row_loss<L>)
        l.push(row, v, out);
    else {
        const double mean = row.expected(v);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(l.at(row.log_probability(k)).slope * (double(v[k]) - mean));
    }
}

/// g <- the Hessian of <w, L> times v; g is not v.
template <class L, class T>
void turn(L const& l, class_row<T>& row, class_target<T> const& w, T const* v, T* g) {
    if constexpr (row_loss<L>)
        l.turn(row, w, v, g);
    else {
        const double mean = row.expected(v), inverse = row.inverse();
        T const* e = row.exponential();
        double sum = 0, turned = 0;
        for (index_t k = 0; k < row.classes; ++k) {
            const double share = w.at(k);
            const loss_curve f = share != 0 ? l.at(row.log_probability(k)) : loss_curve{0, 0, 0};
            const double c = share * f.curvature * (double(v[k]) - mean);
            sum += share * f.slope, turned += c, g[k] = T(c);
        }
        for (index_t k = 0; k < row.classes; ++k) {
            const double p = double(e[k]) * inverse;
            g[k] = T(double(g[k]) - p * (turned + sum * (double(v[k]) - mean)));
        }
    }
}

}  // namespace detail
}  // namespace isotypic
