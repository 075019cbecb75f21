// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/cross_entropy.hpp>
#include <isotypic/loss/alpha_mae.hpp>
#include <isotypic/loss/gce.hpp>
#include <isotypic/loss/reverse_cross_entropy.hpp>
#include <isotypic/loss/unhinged.hpp>

/// \file
/// Losses by numbers: `a * l` and `l + m`, of which an active and a passive loss together are one (Ma et al. 2020), and two with names.
///
///     10.0 * normalised(cross_entropy{}) + 0.1 * reverse_cross_entropy{}
namespace isotypic {
namespace detail {

template <class L>
struct scaled_loss {
    double factor;
    L loss;

    static constexpr loss_law law{.relabelling = L::law.relabelling, .shift = L::law.shift, .symmetric = L::law.symmetric, .degree = L::law.degree};
    static std::string called() { return name_of<L>(); }
    void require() const { detail::require(loss), require_that(std::isfinite(factor), called(), "its factor", factor, "finite"); }
    double beta() const requires requires(L const& l) { l.beta(); }
    { return std::abs(factor) * loss.beta(); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        detail::losses(loss, row, out), scale(row, out);
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        return detail::pull(loss, row, w.with(factor * w.own, factor * w.every), g);
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        detail::push(loss, row, v, out), scale(row, out);
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        detail::turn(loss, row, w.with(factor * w.own, factor * w.every), v, g);
    }

private:
    template <class T>
    void scale(class_row<T>& row, T* v) const {
        for (index_t k = 0; k < row.classes; ++k) v[k] = T(factor * double(v[k]));
    }
};

template <class A, class B>
struct sum_loss {
    A first;
    B second;

    static constexpr loss_law law{A::law.relabelling && B::law.relabelling, A::law.shift&& B::law.shift, A::law.symmetric&& B::law.symmetric,
                                  A::law.nonnegative&& B::law.nonnegative, A::law.degree == B::law.degree ? A::law.degree : -1};
    static std::string called() { return name_of<A>().append(" + ").append(name_of<B>()); }
    void require() const { detail::require(first), detail::require(second); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        add(row, out, [&](auto const& l, T* to) { detail::losses(l, row, to); });
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        double value = 0;
        auto one = [&](auto const& l, T* to) { value += detail::pull(l, row, w, to); };
        if (g)
            add(row, g, one);
        else
            one(first, nullptr), one(second, nullptr);
        return value;
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        add(row, out, [&](auto const& l, T* to) { detail::push(l, row, v, to); });
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        add(row, g, [&](auto const& l, T* to) { detail::turn(l, row, w, v, to); });
    }

private:
    template <class T, class F>
    void add(class_row<T>& row, T* out, F const& f) const {
        auto scope = row.scratch.open();
        T* more = row.take();
        f(first, out), f(second, more);
        for (index_t k = 0; k < row.classes; ++k) out[k] += more[k];
    }
};

}  // namespace detail

template <class_loss L>
constexpr auto operator*(double factor, L const& loss) {
    return detail::scaled_loss<L>{factor, loss};
}
template <class_loss L>
constexpr auto operator*(L const& loss, double factor) {
    return factor * loss;
}
template <class_loss L>
constexpr auto operator/(L const& loss, double by) {
    return (1 / by) * loss;
}
template <class_loss A, class_loss B>
constexpr auto operator-(A const& first, B const& second) {
    return detail::sum_loss<A, detail::scaled_loss<B>>{first, -1.0 * second};
}
template <class_loss A, class_loss B>
constexpr auto operator+(A const& first, B const& second) {
    return detail::sum_loss<A, B>{first, second};
}

/// Symmetric cross-entropy, a CE + b RCE (which is not a symmetric loss). Source: Wang et al. 2019: (0.1, 1) on CIFAR-10.
constexpr auto sce(double a = 0.1, double b = 1) { return a * cross_entropy{} + b * reverse_cross_entropy{}; }

/// (1 - alpha) U + alpha (1 - p_y), 0 <= alpha <= 1: see alpha_mae.hpp.
inline auto mixed_mae(double alpha) {
    detail::require_that(alpha >= 0 && alpha <= 1, "mixed absolute error", "alpha", alpha, "between 0 and 1");
    return (1 - alpha) * unhinged{} + alpha * mae{};
}

}  // namespace isotypic
