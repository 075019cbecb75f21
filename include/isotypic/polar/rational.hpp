// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/on_copy.hpp>
#include <isotypic/polar/zolotarev_map.hpp>
#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <limits>
#include <vector>

/// \file
/// Rational maps of a matrix, one after the other: what `qdwh` and `zolo_pd` share.
///
///     X <- scale (X + sum_j weight_j X (X'X + shift_j I)^(-1))            (the short side in X'X)
///
/// With [X; sqrt(shift) I] = [Q1; Q2] R a term is Q1 Q2' / sqrt(shift): no Gram matrix, so that small singular values
/// survive. Where X'X + shift I has a condition of 100 at most, its Cholesky factor does, at less than half the price. The
/// last step is X <- 3/2 X - 1/2 X X'X, which squares what is left of |X'X - I|. Both are the authors' (Nakatsukasa, Bai
/// and Gygi 2010; Nakatsukasa and Freund 2016); the bound by condition instead of by iteration is derived. Beyond
/// two rows to a column, M = Q R comes first and the maps work on R.
///
/// At short rank the maps would take rounding in the place of zeros to 1. A QR with column pivots finds the rank, pivots of
/// 4 u |M|_F and less are dropped (u the rounding of T; storing M moves its singular values by u/2 |M|_F at most), and the
/// maps work on R' with a column for each pivot left (derived).
namespace isotypic::detail {

template <class T>
using rational_matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Orthonormal columns in place of a tall x; returns R.
template <class T>
rational_matrix<T> orthonormalise(rational_matrix<T>& x) {
    const Eigen::HouseholderQR<rational_matrix<T>> qr(x);
    x.setIdentity();
    x.applyOnTheLeft(qr.householderQ());
    return qr.matrixQR().topRows(x.cols()).template triangularView<Eigen::Upper>();
}

/// x (x'x + shift I)^(-1)
template <class T>
rational_matrix<T> resolvent(rational_matrix<T> const& x, double shift, bool by_reflections) {
    const index_t m = x.rows(), n = x.cols();
    if (by_reflections) {
        rational_matrix<T> q(m + n, n);
        q << x, rational_matrix<T>::Identity(n, n) * T(std::sqrt(shift));
        orthonormalise<T>(q);
        return q.topRows(m) * (q.bottomRows(n).transpose() * T(1 / std::sqrt(shift)));
    }
    rational_matrix<T> gram = rational_matrix<T>::Identity(n, n) * T(shift);
    gram.template selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
    return gram.template selfadjointView<Eigen::Lower>().llt().solve(x.transpose()).transpose();
}

/// x <- f(x), a task for each term; `least` bounds the singular values of x from below.
template <device D, class T>
void apply_map(D& d, zolotarev_map const& f, double least, rational_matrix<T>& x) {
    std::vector<rational_matrix<T>> terms(std::size_t(f.terms));
    d.for_each_task(f.terms, [&](index_t j, auto&) {
        const double c = f.shift[std::size_t(j)];
        terms[std::size_t(j)] = resolvent<T>(x, c, 1 + c > 100 * (least * least + c));
    });
    for (std::size_t j = 0; j < terms.size(); ++j) x += T(f.weight[j]) * terms[j];
    x *= T(f.scale);
}

/// The rounding of T where it is more: no lower bound under it can be known.
template <class T>
double resolved(double least) {
    if (!(least >= 0 && least <= 1)) throw error("isotypic: the least singular value of qdwh and zolo_pd is a share of |M|_F, here " + std::to_string(least));
    return std::fmax(least, double(std::numeric_limits<T>::epsilon()));
}

/// x <- the maps of x, the first for singular values from `least` on, and the last step.
template <device D, class T, class Maps>
void in_turn(D& d, Maps const& maps, double least, rational_matrix<T>& x) {
    for (zolotarev_map const& f : maps) {
        apply_map(d, f, least, x);
        least = f(least);
    }
    rational_matrix<T> half = rational_matrix<T>::Identity(x.cols(), x.cols()) / T(2);
    half.template selfadjointView<Eigen::Lower>().rankUpdate(x.transpose(), T(-0.5));
    const rational_matrix<T> y = x * half.template selfadjointView<Eigen::Lower>();
    x += y;
}

/// u <- the maps of m / |m|_F on its rank.
template <device D, class T, class Maps>
void by_maps(D& d, view<T const> m, view<T> u, double least, Maps const& maps) {
    if (m.rows < m.cols) return by_maps(d, m.transposed(), u.transposed(), least, maps);
    on_copy<T>(d, m, u, [&](rational_matrix<T> x, double) -> rational_matrix<T> {
        rational_matrix<T> q;
        if (x.rows() > 2 * x.cols()) {
            q.swap(x);
            x = orthonormalise<T>(q);
        }
        const Eigen::ColPivHouseholderQR<rational_matrix<T>> pivoted(x);
        const index_t rank = (pivoted.matrixQR().diagonal().array().abs() > 4 * std::numeric_limits<T>::epsilon()).count();
        if (rank == x.cols()) {
            in_turn(d, maps, least, x);
            return q.size() ? rational_matrix<T>(q * x) : x;
        }
        rational_matrix<T> rest = pivoted.matrixQR().topRows(rank).template triangularView<Eigen::Upper>().transpose();
        in_turn(d, maps, least, rest);
        rational_matrix<T> basis = rational_matrix<T>::Identity(x.rows(), rank);
        basis.applyOnTheLeft(pivoted.householderQ().setLength(rank));
        if (q.size()) basis = q * basis;
        return basis * rest.transpose() * pivoted.colsPermutation().transpose();
    });
}

}  // namespace isotypic::detail
