// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// Symmetric losses by division, where symmetrising subtracts:
///
///     normalised(l)         N(s, y) = l(s, y) / sum_k l(s, k)                                sum over y: 1
///     negative(l, A)        1 - (A - l(s, y)) / sum_k (A - l(s, k)), each A - l at least 0    sum over y: K - 1
///
/// With one class, where the quotient is 0 / 0, N is 1. What is normalised says in its law that it is never negative.
///
/// Source: Ma, Huang, Wang, Romano, Erfani and Bailey 2020 (NCE, NFL, NGCE, ..); Ye, Li, Shao and Yang 2023 (NNCE, A = -log 1e-7; the
/// L1 penalty of their ANL on the weights is the caller's).
namespace isotypic {
namespace detail {

template <class L>
struct normalised_loss {
    L loss;

    static constexpr loss_law law{
        .relabelling = L::law.relabelling, .shift = L::law.shift, .symmetric = true, .nonnegative = true, .degree = L::law.degree < 0 ? -1 : 0};
    static std::string called() { return "normalised " + name_of<L>(); }
    void require() const { detail::require(loss); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        detail::losses(loss, row, out);
        const double sum = weigh(all(row), row.classes, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = sum > 0 ? T(double(out[k]) / sum) : T(1) / T(row.classes);
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        const quotient<T> q = at(row, w);
        if (!(q.sum > 0)) return still(row, w, g);
        if (g) detail::pull(loss, row, q.target(w), g);
        return q.share / q.sum;
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        auto scope = row.scratch.open();
        T* l = row.take();
        detail::losses(loss, row, l), detail::push(loss, row, v, out);
        const double sum = weigh(all(row), row.classes, l), moved = weigh(all(row), row.classes, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = sum > 0 ? T((double(out[k]) - double(l[k]) * moved / sum) / sum) : T(0);
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        const quotient<T> q = at(row, w);
        if (!(q.sum > 0)) return void(still(row, w, g));
        auto scope = row.scratch.open();
        T* more = row.take();
        detail::push(loss, row, v, more);
        const double share = weigh(w, row.classes, more), sum = weigh(all(row), row.classes, more);
        const class_target<T> turned = w.with(-w.own * sum / q.sum / q.sum, -(w.every * sum + share - 2 * q.share / q.sum * sum) / q.sum / q.sum);
        detail::turn(loss, row, q.target(w), v, g), detail::pull(loss, row, turned, more);
        for (index_t k = 0; k < row.classes; ++k) g[k] += more[k];
    }

private:
    template <class T>
    struct quotient {
        double share, sum;  // <w, L> and <1, L>
        class_target<T> target(class_target<T> const& w) const { return w.with(w.own / sum, (w.every - share / sum) / sum); }
    };
    template <class T>
    static class_target<T> all(class_row<T>&) {
        class_target<T> w;
        return w.with(0, 1);
    }
    template <class T>
    quotient<T> at(class_row<T>& row, class_target<T> const& w) const {
        return {detail::pull<L, T>(loss, row, w, nullptr), detail::pull<L, T>(loss, row, all(row), nullptr)};
    }
    template <class T>
    static double still(class_row<T>& row, class_target<T> const& w, T* g) {
        if (g) std::fill_n(g, row.classes, T(0));
        return w.total(row.classes) / double(row.classes);
    }
};

/// A - l, and 0 where that is negative.
template <class L>
struct remainder_loss {
    L loss;
    double most;

    static constexpr loss_law law{.relabelling = L::law.relabelling, .shift = L::law.shift, .nonnegative = true};
    static std::string called() { return "remainder of " + name_of<L>(); }
    void require() const { detail::require(loss), require_that(most > 0 && std::isfinite(most), called(), "most", most, "above 0"); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        detail::losses(loss, row, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T((std::max)(0.0, most - double(out[k])));
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        auto scope = row.scratch.open();
        const class_target<T> left = counted(row, w);
        const double value = detail::pull(loss, row, left, g);
        if (g)
            for (index_t k = 0; k < row.classes; ++k) g[k] = -g[k];
        return most * left.total(row.classes) - value;
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        auto scope = row.scratch.open();
        T* l = row.take();
        detail::losses(loss, row, l), detail::push(loss, row, v, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = double(l[k]) < most ? -out[k] : T(0);
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        auto scope = row.scratch.open();
        detail::turn(loss, row, counted(row, w), v, g);
        for (index_t k = 0; k < row.classes; ++k) g[k] = -g[k];
    }

private:
    /// w of the classes that are not cut off.
    template <class T>
    class_target<T> counted(class_row<T>& row, class_target<T> const& w) const {
        T *soft = row.take(), *l = row.take();
        detail::losses(loss, row, l);
        double mass = 0;
        for (index_t k = 0; k < row.classes; ++k) soft[k] = double(l[k]) < most ? T(w.at(k)) : T(0), mass += double(soft[k]);
        return {.soft = soft, .mass = mass};
    }
};

template <class L>
struct negative_loss {
    normalised_loss<remainder_loss<L>> positive;

    static constexpr loss_law law = normalised_loss<remainder_loss<L>>::law;
    static std::string called() { return "normalised negative " + name_of<L>(); }
    void require() const { positive.require(); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        positive.losses(row, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = 1 - out[k];
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        return w.total(row.classes) + positive.pull(row, w.with(-w.own, -w.every), g);
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        positive.push(row, v, out);
        for (index_t k = 0; k < row.classes; ++k) out[k] = -out[k];
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        positive.turn(row, w.with(-w.own, -w.every), v, g);
    }
};

}  // namespace detail

/// l / sum l.
template <class_loss L>
constexpr auto normalised(L const& loss) {
    static_assert(L::law.nonnegative, "a loss that may be negative has no share of its sum: normalise one whose law says `nonnegative`");
    return detail::normalised_loss<L>{loss};
}

/// 1 - (A - l) / sum (A - l), where A is the largest value that l is let have.
template <class_loss L>
constexpr auto negative(L const& loss, double most = 16.11809565095832) {
    return detail::negative_loss<L>{{{loss, most}}};
}

}  // namespace isotypic
