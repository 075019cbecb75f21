// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/class_loss.hpp>

/// \file
/// The multi-class unhinged loss,
///
///     U(s, y) = (1/K) sum_k s_k - s_y,   gradient 1/K - e_y,   Hessian 0
///
/// The symmetric part of cross-entropy; up to a positive factor and a constant the only loss that is convex, permutation invariant,
/// symmetric and falls with s_y: a symmetric loss is C less the sum of the others, hence concave as well, hence affine, and symmetry
/// leaves no other coefficients. It is unbounded below: bound the weights, or normalise the scores (`unit_scores{} | unhinged{}`).
/// For a linear scorer s = W x with |W| <= R it is least at R M / |M|, M_k = E[(1{y=k} - 1/K) x], which uniform label noise does not move.
///
/// arXiv 2605.20347 derives it from the symmetry condition; factor and constant here are ours.
namespace isotypic {

/// See the file's comment.
struct unhinged {
    static constexpr char const* name = "unhinged loss";
    static constexpr loss_law law{.shift = true, .symmetric = true, .degree = 1};
    static constexpr double beta() { return 0; }

    template <class T>
    void losses(detail::class_row<T>& row, T* out) const {
        push(row, row.score, out);
    }
    template <class T>
    double pull(detail::class_row<T>& row, detail::class_target<T> const& w, T* g) const {
        const double mean = w.total(row.classes) / double(row.classes);
        if (g && w.soft)
            for (index_t k = 0; k < row.classes; ++k) g[k] = T(mean - w.at(k));
        else if (g)
            std::fill_n(g, row.classes, T(mean - w.every)), g[w.label] = T(mean - w.at(w.label));
        return mean * double(row.classes) * row.mean_score() - detail::weigh(w, row.classes, row.score);
    }
    template <class T>
    void push(detail::class_row<T>& row, T const* v, T* out) const {
        const double mean = detail::sum_line(row.classes, v) / double(row.classes);
        for (index_t k = 0; k < row.classes; ++k) out[k] = T(mean - double(v[k]));
    }
    template <class T>
    void turn(detail::class_row<T>& row, detail::class_target<T> const&, T const*, T* g) const {
        std::fill_n(g, row.classes, T(0));
    }

    constexpr class_sums_needed needs() const { return {.total = true}; }
    constexpr class_pull of_sums(class_sums const& s, double own, double) const {
        return {own * (s.total / s.classes - s.own), 0, 0, own / s.classes, -own};
    }
};

}  // namespace isotypic
