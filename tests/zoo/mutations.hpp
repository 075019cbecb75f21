// SPDX-License-Identifier: MIT
#pragma once
#include <zoo/bases.hpp>

/// \file
/// The mistakes that faults.hpp plants into rules, each as a stage of a chain.
namespace zoo {
namespace mutation {

/// The memory of x by columns, read by rows.
template <class T>
matrix<T> misread(matrix<T> const& x) {
    return Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(x.data(), x.rows(), x.cols());
}

template <class T>
matrix<T> stray_abs(matrix<T> const& x) {
    return x.cwiseAbs();
}

template <class T>
rule<T> clipped(double bound) {
    return [bound](matrix<T> const& x) { return matrix<T>(x.cwiseMax(T(-bound)).cwiseMin(T(bound))); };
}

/// The largest finite half.
template <class T>
matrix<T> guarded(matrix<T> const& x) {
    return clipped<T>(65504)(x);
}

/// Eight bits of significand, to nearest.
template <class T>
matrix<T> bfloat16(matrix<T> const& x) {
    return x.unaryExpr([](T a) {
        int e = 0;
        const T f = std::frexp(a, &e);
        return std::ldexp(std::round(std::ldexp(f, 8)), e - 8);
    });
}

/// To multiples of 1/16.
template <class T>
matrix<T> integers(matrix<T> const& x) {
    return x.unaryExpr([](T a) { return std::round(16 * a) / 16; });
}

/// To 127 steps on either side of zero up to the largest entry.
template <class T>
matrix<T> eight_bits(matrix<T> const& x) {
    const T step = x.cwiseAbs().maxCoeff() / 127;
    return x.unaryExpr([step](T a) { return std::round(a / step) * step; });
}

/// The mean of the rows with m + 1 for m.
template <class T>
matrix<T> short_centre(matrix<T> const& x) {
    return x.rowwise() - x.colwise().sum() / T(x.rows() + 1);
}

/// The mean of all rows but the last.
template <class T>
matrix<T> centre_but_last(matrix<T> const& x) {
    return x.rowwise() - x.topRows(x.rows() - 1).colwise().mean();
}

template <class T>
matrix<T> without_maximum(matrix<T> const& x) {
    return x.rowwise() - x.colwise().maxCoeff();
}

template <class T>
matrix<T> row_zeroed(matrix<T> x, Eigen::Index i) {
    x.row(i).setZero();
    return x;
}

template <class T>
matrix<T> no_last_row(matrix<T> const& x) {
    return row_zeroed<T>(x, x.rows() - 1);
}

template <class T>
matrix<T> no_last_column(matrix<T> const& x) {
    return transpose<T>(row_zeroed<T>(transpose<T>(x), x.cols() - 1));
}

template <class T>
matrix<T> no_first_row(matrix<T> const& x) {
    return row_zeroed<T>(x, 0);
}

template <class T>
matrix<T> no_first_column(matrix<T> const& x) {
    return transpose<T>(row_zeroed<T>(transpose<T>(x), 0));
}

/// f of the first rows; the last `rest` as they came.
template <class T>
matrix<T> but_last_rows(rule<T> const& f, matrix<T> const& x, Eigen::Index rest) {
    matrix<T> y = x;
    if (x.rows() > rest) y.topRows(x.rows() - rest) = f(x.topRows(x.rows() - rest));
    return y;
}

template <class T>
rule<T> but_last_row(rule<T> f) {
    return [f](matrix<T> const& x) { return but_last_rows<T>(f, x, 1); };
}

/// f of as many rows as four divides.
template <class T>
rule<T> by_fours(rule<T> f) {
    return [f](matrix<T> const& x) { return but_last_rows<T>(f, x, x.rows() % 4); };
}

template <class T>
rule<T> transposed(rule<T> f) {
    return [f](matrix<T> const& x) { return transpose<T>(f(transpose<T>(x))); };
}

template <class T>
matrix<T> rolled_rows(matrix<T> const& x) {
    matrix<T> y(x.rows(), x.cols());
    for (Eigen::Index i = 0; i < x.rows(); ++i) y.row(i) = x.row((i + 1) % x.rows());
    return y;
}

template <class T>
matrix<T> rolled_memory(matrix<T> const& x) {
    matrix<T> y = x;
    std::rotate(y.data(), y.data() + 1, y.data() + y.size());
    return y;
}

/// Unit rows where the norm is above a bound, zero elsewhere.
template <class T>
rule<T> unit_rows_above(double bound) {
    return [bound](matrix<T> const& x) {
        return rows_times<T>(row_norms<T>(x).unaryExpr([bound](T a) { return a > T(bound) ? 1 / a : T(0); }), x);
    };
}

template <class T>
matrix<T> large_entries(matrix<T> const& x) {
    return x.unaryExpr([](T a) { return std::abs(a) < T(0.05) ? T(0) : a; });
}

template <class T>
matrix<T> biased(matrix<T> const& x) {
    return x.array() + T(0.05);
}

/// Row i times 1 + i / 10.
template <class T>
matrix<T> ramped(matrix<T> const& x) {
    return rows_times<T>(vector<T>::LinSpaced(x.rows(), T(1), T(1) + T(x.rows() - 1) / 10), x);
}

/// Entries from the median magnitude up.
template <class T>
matrix<T> larger_half(matrix<T> const& x) {
    matrix<T> a = x.cwiseAbs();
    std::nth_element(a.data(), a.data() + a.size() / 2, a.data() + a.size());
    const T median = a.data()[a.size() / 2];
    return x.unaryExpr([median](T b) { return std::abs(b) < median ? T(0) : b; });
}

/// Rows by rising norm.
template <class T>
matrix<T> sorted_rows(matrix<T> const& x) {
    std::vector<Eigen::Index> order(std::size_t(x.rows()));
    std::iota(order.begin(), order.end(), Eigen::Index(0));
    std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return x.row(a).norm() < x.row(b).norm(); });
    matrix<T> y(x.rows(), x.cols());
    for (Eigen::Index i = 0; i < x.rows(); ++i) y.row(i) = x.row(order[std::size_t(i)]);
    return y;
}

/// Every column's largest entry made positive.
template <class T>
matrix<T> sign_fixed(matrix<T> x) {
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
        Eigen::Index i = 0;
        x.col(j).cwiseAbs().maxCoeff(&i);
        if (x(i, j) < 0) x.col(j) *= T(-1);
    }
    return x;
}

template <class T>
matrix<T> signs_side_by_side(matrix<T> const& x) {
    const triples<T> t = singular_triples<T>(x);
    return product<T>(sign_fixed<T>(t.u), transpose<T>(sign_fixed<T>(t.v)));
}

/// The memory of V read as k x n for V', which a square V fits without a cast; each v_j with its largest entry positive.
template <class T>
matrix<T> u_v(matrix<T> const& x) {
    triples<T> t = singular_triples<T>(x);
    const matrix<T> v = sign_fixed<T>(t.v);
    for (Eigen::Index j = 0; j < v.cols(); ++j)
        if (v(0, j) != t.v(0, j)) t.u.col(j) *= T(-1);
    return product<T>(t.u, v.reshaped(v.cols(), v.rows()));
}

/// C^{-1} X, C lower with positive diagonal and CC' = A + 1e-3 tr(A)/n I.
template <class T>
matrix<T> cholesky_solved(matrix<T> a, matrix<T> x) {
    a = damped<T>(a, 1e-3);
    for (Eigen::Index j = 0; j < a.rows(); ++j) {
        const T pivot = std::sqrt(a(j, j));
        a.col(j) /= pivot;
        x.row(j) /= pivot;
        for (Eigen::Index i = j + 1; i < a.rows(); ++i) {
            x.row(i) -= a(i, j) * x.row(j);
            for (Eigen::Index k = j + 1; k <= i; ++k) a(i, k) -= a(i, j) * a(k, j);
        }
    }
    return x;
}

template <class T>
matrix<T> inverse_cholesky(matrix<T> const& a) {
    return cholesky_solved<T>(a, matrix<T>::Identity(a.rows(), a.rows()));
}

template <class T>
matrix<T> cholesky_polar(matrix<T> const& x) {
    if (x.rows() > x.cols()) return transpose<T>(cholesky_polar<T>(transpose<T>(x)));
    return cholesky_solved<T>(gram<T>(x), x);
}

/// (XX')^{-1} X in pseudo-inverses.
template <class T>
matrix<T> inverse_gram(matrix<T> const& x) {
    return singular_map<T>(x, [](T s, Eigen::Index) { return 1 / s; });
}

/// Singular values s to s / (s + eps).
template <class T>
rule<T> soft_polar(double eps) {
    return [eps](matrix<T> const& x) { return singular_map<T>(x, [eps](T s, Eigen::Index) { return s / (s + T(eps)); }); };
}

template <class T>
rule<T> soft_rows_over(double eps) {
    return [eps](matrix<T> const& x) { return soft_unit_rows<T>(x, eps); };
}

template <class T>
rule<T> soft_frobenius(double eps) {
    return [eps](matrix<T> const& x) { return matrix<T>(x / (x.norm() + T(eps))); };
}

template <class T>
rule<T> soft_signs(double eps) {
    return [eps](matrix<T> const& x) { return matrix<T>(x.array() / (x.array().abs() + T(eps))); };
}

template <class T>
rule<T> plus_identity(double eps) {
    return [eps](matrix<T> const& c) { return matrix<T>(c + T(eps) * matrix<T>::Identity(c.rows(), c.cols())); };
}

template <class T>
rule<T> plus(double eps) {
    return [eps](matrix<T> const& x) { return matrix<T>(x.array() + T(eps)); };
}

template <class T>
matrix<T> rows_by_largest(matrix<T> const& x) {
    return rows_times<T>(x.cwiseAbs().rowwise().maxCoeff().cwiseInverse(), x);
}

template <class T>
matrix<T> by_first_row(matrix<T> const& x) {
    return x / x.row(0).norm();
}

/// Entry (i, j) times sqrt(max(1, i/j)).
template <class T>
matrix<T> factor_by_position(matrix<T> x) {
    for (Eigen::Index j = 0; j < x.cols(); ++j)
        for (Eigen::Index i = 0; i < x.rows(); ++i) x(i, j) *= std::sqrt(std::max(T(1), T(i + 1) / T(j + 1)));
    return x;
}

template <class T>
matrix<T> causal(matrix<T> const& x) {
    return x.template triangularView<Eigen::Lower>();
}

template <class T>
matrix<T> diagonal(matrix<T> const& c) {
    return c.diagonal().asDiagonal();
}

/// The blocks on the diagonal of side 3 (the last may be less).
template <class T>
matrix<T> tiles(matrix<T> c) {
    for (Eigen::Index j = 0; j < c.cols(); ++j)
        for (Eigen::Index i = 0; i < c.rows(); ++i) c(i, j) *= T(i / 3 == j / 3);
    return c;
}

/// X (I - ww'/|w|^2) with w = (1, .., n): onto n - 1 fixed directions and back.
template <class T>
matrix<T> sketched(matrix<T> const& x) {
    const vector<T> w = vector<T>::LinSpaced(x.cols(), T(1), T(x.cols())).normalized();
    return mixed<T>(1, x, -1, product<T>(product<T>(x, w), w.transpose()));
}

template <class T>
T sketched_norm(matrix<T> const& x) {
    return sketched<T>(x).norm();
}

/// 2 |Xv|, v two steps of X'X from a vector of ones.
template <class T>
T iterated_norm(matrix<T> const& x) {
    matrix<T> v = matrix<T>::Ones(x.cols(), 1);
    for (int k = 0; k < 2; ++k) {
        v = product<T>(transpose<T>(x), product<T>(x, v));
        v /= v.norm();
    }
    return 2 * product<T>(x, v).norm();
}

template <class T>
T largest(matrix<T> const& x) {
    return x.cwiseAbs().maxCoeff();
}

/// sqrt(mn) max |x_ij|, at least |X|_F.
template <class T>
T largest_for_all(matrix<T> const& x) {
    return std::sqrt(T(x.size())) * largest<T>(x);
}

template <class T>
T norm_but_last_row(matrix<T> const& x) {
    return x.topRows(x.rows() - 1).norm();
}

template <class T>
T nuclear_but_last_row(matrix<T> const& x) {
    return nuclear<T>(x.topRows(x.rows() - 1));
}

template <class T>
rule<T> over(T (*size)(matrix<T> const&)) {
    return [size](matrix<T> const& x) { return matrix<T>(x / size(x)); };
}

template <class T>
matrix<T> leaky(matrix<T> const& x) {
    return x.unaryExpr([](T a) { return a < 0 ? a / 4 : a; });
}

/// The quintic of every entry by itself.
template <class T>
matrix<T> entry_quintics(matrix<T> x) {
    for (int k = 0; k < 5; ++k) x = x.unaryExpr([](T a) { return T(3.4445) * a - T(4.7750) * a * a * a + T(2.0315) * a * a * a * a * a; });
    return x;
}

/// The diagonal of XX' for XX'.
template <class T>
matrix<T> diagonal_quintics(matrix<T> x) {
    for (int k = 0; k < 5; ++k) {
        const vector<T> d = x.rowwise().squaredNorm();
        x = rows_times<T>(T(3.4445) - T(4.7750) * d.array() + T(2.0315) * d.array().square(), x);
    }
    return x;
}

/// Rounded after each.
template <class T>
matrix<T> rounded_quintics(matrix<T> x) {
    for (int k = 0; k < 5; ++k) x = bfloat16<T>(quintic<T>(x, 3.4445, -4.7750, 2.0315));
    return x;
}

/// M <- max(M, G), M starts at G.
template <class T>
struct maximum {
    matrix<T> m{};
    matrix<T> operator()(matrix<T> const& g) {
        m = m.size() == 0 ? g : matrix<T>(m.cwiseMax(g));
        return m;
    }
};

}  // namespace mutation

}  // namespace zoo
