// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/cross_entropy.hpp>
#include <isotypic/loss/unhinged.hpp>

/// \file
/// The two parts of a loss. With its vector L(s) = (l(s, 1), .., l(s, K)) and Pi = I - 11'/K, the projection that `centre` is for
/// updates,
///
///     symmetrise(l)           S L = Pi L          l(s, y) - (1/K) sum_k l(s, k)
///     class_insensitive(l)    A L = (11'/K) L     (1/K) sum_k l(s, k)
///     smooth_labels(l, r)     (1 - r) L + r A L   the label (1 - r) e_y + r/K
///
/// S and A are the projections on the two isotypic parts of R^K under permutations of the classes: S + A = 1, S S = S, A A = A,
/// S A = 0, and l is a symmetric loss plus one without label in no other way, up to a constant. Since Pi is its own adjoint, the
/// centring is done on the label: <e_y, Pi L> = <Pi e_y, L>, and costs no more than the loss. Both commute with every map of the scores
/// that does not look at labels. Uniform label noise of rate eta (tau = eta K / (K - 1)) makes of any loss
///
///     E_noise l = (1 - tau) S l + A l
///
/// so it scales the symmetric part and never touches the other. If l is beta-smooth, S l is 2 (1 - 1/K) beta-smooth.
///
/// Source: arXiv 2605.20347 for decomposition and uniqueness (abstract); the identities are derived.
namespace isotypic {
namespace detail {

/// A loss asked for M w in place of w, M commuting with permutations of the classes.
template <class L, class M>
struct relabelled {
    L loss;
    M map;

    static constexpr loss_law law = M::of(L::law);
    static std::string called() { return M::called() + name_of<L>(); }
    void require() const { detail::require(loss), map.require(); }

    template <class T>
    void losses(class_row<T>& row, T* out) const {
        detail::losses(loss, row, out), mix(row, out);
    }
    template <class T>
    double pull(class_row<T>& row, class_target<T> const& w, T* g) const {
        return detail::pull(loss, row, mixed(w, row.classes), g);
    }
    template <class T>
    void push(class_row<T>& row, T const* v, T* out) const {
        detail::push(loss, row, v, out), mix(row, out);
    }
    template <class T>
    void turn(class_row<T>& row, class_target<T> const& w, T const* v, T* g) const {
        detail::turn(loss, row, mixed(w, row.classes), v, g);
    }

    constexpr class_sums_needed needs() const
        requires summed_loss<L>
    {
        return loss.needs();
    }
    constexpr class_pull of_sums(class_sums const& s, double own, double every) const
        requires summed_loss<L>
    {
        return loss.of_sums(s, map.own() * own, map.own() * every + map.mean() * (own / s.classes + every));
    }

private:
    template <class T>
    class_target<T> mixed(class_target<T> const& w, index_t classes) const {
        return w.with(map.own() * w.own, map.own() * w.every + map.mean() * w.total(classes) / double(classes));
    }
    template <class T>
    void mix(class_row<T>& row, T* v) const {
        const double mean = sum_line(row.classes, v) / double(row.classes);
        for (index_t k = 0; k < row.classes; ++k) v[k] = T(map.own() * double(v[k]) + map.mean() * mean);
    }
};

struct centring {
    static std::string called() { return "symmetrised "; }
    static constexpr loss_law of(loss_law l) { return l.symmetric = true, l.nonnegative = false, l; }
    void require() const {}
    constexpr double own() const { return 1; }
    constexpr double mean() const { return -1; }
};
struct averaging {
    static std::string called() { return "class-insensitive part of "; }
    static constexpr loss_law of(loss_law l) { return l; }
    void require() const {}
    constexpr double own() const { return 0; }
    constexpr double mean() const { return 1; }
};
struct smoothing {
    double r;
    static std::string called() { return "label-smoothed "; }
    static constexpr loss_law of(loss_law l) { return l; }
    void require() const { require_that(r >= 0 && r <= 1, "label smoothing", "r", r, "between 0 and 1"); }
    constexpr double own() const { return 1 - r; }
    constexpr double mean() const { return r; }
};

}  // namespace detail

/// The symmetric part of a loss.
template <class_loss L>
constexpr auto symmetrise(L const& loss) {
    if constexpr (std::is_same_v<L, cross_entropy> || std::is_same_v<L, unhinged>)
        return unhinged{};
    else
        return detail::relabelled<L, detail::centring>{loss, {}};
}
/// Symmetrising twice is symmetrising once.
template <class L>
constexpr auto symmetrise(detail::relabelled<L, detail::centring> const& loss) {
    return loss;
}

/// The part of a loss that no label changes.
template <class_loss L>
constexpr auto class_insensitive(L const& loss) {
    return detail::relabelled<L, detail::averaging>{loss, {}};
}

/// A loss of the label (1 - r) e_y + r/K. Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016.
template <class_loss L>
constexpr auto smooth_labels(L const& loss, double r) {
    return detail::relabelled<L, detail::smoothing>{loss, {r}};
}

}  // namespace isotypic
