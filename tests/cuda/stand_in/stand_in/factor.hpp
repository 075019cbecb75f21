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

// Decompositions are computed in double for floats too, so that Eigen's are compiled once.
template <class T>
void put(Eigen::MatrixXd const& from, Eigen::Index rows, Eigen::Index cols, bool transposed, columns<T> to) {
    for (Eigen::Index j = 0; j < cols; ++j)
        for (Eigen::Index i = 0; i < rows; ++i) to(i, j) = static_cast<T>(transposed ? from(j, i) : from(i, j));
}

template <class T>
int syevd(bool vectors, bool lower, columns<T> a, T* w) {
    Eigen::Index const n = a.rows();
    Eigen::MatrixXd full(n, n);
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = j; i < n; ++i) full(i, j) = full(j, i) = lower ? a(i, j) : a(j, i);
    a.setConstant(std::numeric_limits<T>::quiet_NaN());
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(full, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success) return 1;
    for (Eigen::Index i = 0; i < n; ++i) w[i] = static_cast<T>(solver.eigenvalues()[i]);
    if (vectors) put(solver.eigenvectors(), n, n, false, a);
    return 0;
}

// As LAPACK: 'A' all, 'S' the leading ones, 'O' the leading ones over A, 'N' none.
template <class T>
int gesvd(char jobu, char jobvt, columns<T> a, T* s, void* u, Eigen::Index ldu, void* vt, Eigen::Index ldvt) {
    Eigen::Index const m = a.rows();
    Eigen::Index const n = a.cols();
    Eigen::MatrixXd given(m, n);
    bool finite = true;
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = 0; i < m; ++i) finite = std::isfinite(given(i, j) = a(i, j)) && finite;
    a.setConstant(std::numeric_limits<T>::quiet_NaN());
    if (!finite) {
        for (Eigen::Index i = 0; i < n; ++i) s[i] = std::numeric_limits<T>::quiet_NaN();
        return 1;
    }
    Eigen::JacobiSVD<Eigen::MatrixXd> const svd(given, Eigen::ComputeFullU | Eigen::ComputeFullV);
    for (Eigen::Index i = 0; i < n; ++i) s[i] = static_cast<T>(svd.singularValues()[i]);
    if (jobu == 'A') put(svd.matrixU(), m, m, false, matrix<T>(u, m, m, ldu));
    if (jobu == 'S') put(svd.matrixU(), m, n, false, matrix<T>(u, m, n, ldu));
    if (jobu == 'O') put(svd.matrixU(), m, n, false, a);
    if (jobvt == 'A' || jobvt == 'S') put(svd.matrixV(), n, n, true, matrix<T>(vt, n, n, ldvt));
    if (jobvt == 'O') put(svd.matrixV(), n, n, true, a);
    return 0;
}

}  // namespace stand_in
