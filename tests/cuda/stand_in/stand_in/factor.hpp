// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

#include <cmath>
#include <limits>

namespace stand_in {

template <class T>
using columns = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>, 0, Eigen::OuterStride<>>;

template <class T>
columns<T> matrix(void* p, Eigen::Index rows, Eigen::Index cols, Eigen::Index ld) {
    return {static_cast<T*>(p), rows, cols, Eigen::OuterStride<>(ld)};
}

// One triangle of a matrix, read as a lower one; the other is not touched.
template <class T>
struct triangle {
    columns<T> m;
    bool lower;
    T& operator()(Eigen::Index i, Eigen::Index j) { return lower ? m(i, j) : m(j, i); }
};

// 0, or the order of the leading minor that is not positive.
template <class T>
int potrf(triangle<T> a) {
    Eigen::Index const n = a.m.rows();
    for (Eigen::Index j = 0; j < n; ++j) {
        T pivot = a(j, j);
        for (Eigen::Index p = 0; p < j; ++p) pivot -= a(j, p) * a(j, p);
        if (!(pivot > T{0})) return static_cast<int>(j) + 1;
        pivot = std::sqrt(pivot);
        a(j, j) = pivot;
        for (Eigen::Index i = j + 1; i < n; ++i) {
            T sum = a(i, j);
            for (Eigen::Index p = 0; p < j; ++p) sum -= a(i, p) * a(j, p);
            a(i, j) = sum / pivot;
        }
    }
    return 0;
}

// 0, or the place of a zero on the diagonal.
template <class T>
int trtri(triangle<T> a, bool unit) {
    Eigen::Index const n = a.m.rows();
    for (Eigen::Index j = 0; j < n && !unit; ++j)
        if (a(j, j) == T{0}) return static_cast<int>(j) + 1;
    for (Eigen::Index j = n; j-- > 0;) {
        T const inverse = unit ? T{1} : T{1} / a(j, j);
        // Below the diagonal: -(the inverse of the trailing triangle) times the column, from its end.
        for (Eigen::Index i = n; i-- > j + 1;) {
            T sum{0};
            for (Eigen::Index p = j + 1; p <= i; ++p) sum += (unit && p == i ? T{1} : a(i, p)) * a(p, j);
            a(i, j) = -sum * inverse;
        }
        if (!unit) a(j, j) = inverse;
    }
    return 0;
}

// The inverse of L L^T out of L.
template <class T>
int potri(triangle<T> a) {
    int const info = trtri(a, false);
    if (info != 0) return info;
    Eigen::Index const n = a.m.rows();
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = j; i < n; ++i) {
            T sum{0};
            for (Eigen::Index p = i; p < n; ++p) sum += a(p, i) * a(p, j);
            a(i, j) = sum;
        }
    return 0;
}

template <class T>
int syevd(bool vectors, bool lower, columns<T> a, T* w) {
    Eigen::Index const n = a.rows();
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> full(n, n);
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = j; i < n; ++i) full(i, j) = full(j, i) = lower ? a(i, j) : a(j, i);
    a.setConstant(std::numeric_limits<T>::quiet_NaN());
    Eigen::SelfAdjointEigenSolver<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>> const solver(
        full, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success) return 1;
    for (Eigen::Index i = 0; i < n; ++i) w[i] = solver.eigenvalues()[i];
    if (vectors) a = solver.eigenvectors();
    return 0;
}

// As LAPACK: 'A' all, 'S' the leading ones, 'O' the leading ones over A, 'N' none.
template <class T>
int gesvd(char jobu, char jobvt, columns<T> a, T* s, void* u, Eigen::Index ldu, void* vt, Eigen::Index ldvt) {
    using dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
    Eigen::Index const m = a.rows();
    Eigen::Index const n = a.cols();
    dense const given = a;
    a.setConstant(std::numeric_limits<T>::quiet_NaN());
    if (!given.allFinite()) {
        for (Eigen::Index i = 0; i < n; ++i) s[i] = std::numeric_limits<T>::quiet_NaN();
        return 1;
    }
    Eigen::JacobiSVD<dense, Eigen::FullPivHouseholderQRPreconditioner> const svd(given, Eigen::ComputeFullU | Eigen::ComputeFullV);
    for (Eigen::Index i = 0; i < n; ++i) s[i] = svd.singularValues()[i];
    if (jobu == 'A') matrix<T>(u, m, m, ldu) = svd.matrixU();
    if (jobu == 'S') matrix<T>(u, m, n, ldu) = svd.matrixU().leftCols(n);
    if (jobu == 'O') a = svd.matrixU().leftCols(n);
    if (jobvt == 'A' || jobvt == 'S') matrix<T>(vt, n, n, ldvt) = svd.matrixV().transpose();
    if (jobvt == 'O') a.topRows(n) = svd.matrixV().transpose();
    return 0;
}

}  // namespace stand_in
