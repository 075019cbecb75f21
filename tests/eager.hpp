// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <concepts>
#include <type_traits>

/// \file
/// Sums, multiples and products of whole matrices, evaluated at once by functions compiled once, in eager.cpp: Eigen makes a type of every
/// expression, and in a test a type compiles longer than it runs. A test has them by `using namespace eager`; all else remains Eigen's.
/// A sum ends with its statement, so what is taken of it, (a + b).array(), is not to be kept as `auto`.
namespace whole_matrices {

template <class M>
concept whole = std::same_as<M, Eigen::MatrixXd> || std::same_as<M, Eigen::VectorXd> || std::same_as<M, Eigen::MatrixXf> ||
                std::same_as<M, Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// Where the numbers of a factor are: a matrix or its transpose.
template <class T>
struct factor {
    T const* data;
    Eigen::Index rows, cols, down, right;
};

template <whole M>
struct operations {
    using T = typename M::Scalar;
    static M sum(M const& a, M const& b);
    static M difference(M const& a, M const& b);
    static M multiple(T s, M const& a);
    static M quotient(M const& a, T s);
    static M product(factor<T> const& a, factor<T> const& b);
};
extern template struct operations<Eigen::MatrixXd>;
extern template struct operations<Eigen::VectorXd>;
extern template struct operations<Eigen::MatrixXf>;
extern template struct operations<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

template <class A>
struct untransposed {
    using type = A;
};
template <class A>
struct untransposed<Eigen::Transpose<A>> {
    using type = std::remove_const_t<A>;
};
template <class A>
using untransposed_t = typename untransposed<A>::type;

/// Two matrices of one type, but for transposition, or a matrix and a vector.
template <class A, class B>
concept factors = whole<untransposed_t<A>> && whole<untransposed_t<B>> && (untransposed_t<A>::ColsAtCompileTime == Eigen::Dynamic) &&
                  (std::same_as<untransposed_t<A>, untransposed_t<B>> || (std::same_as<B, Eigen::VectorXd> && std::same_as<typename A::Scalar, double>));

}  // namespace whole_matrices

namespace eager {

template <whole_matrices::whole M>
M operator+(M const& a, M const& b) {
    return whole_matrices::operations<M>::sum(a, b);
}
template <whole_matrices::whole M>
M operator-(M const& a, M const& b) {
    return whole_matrices::operations<M>::difference(a, b);
}
template <class S, whole_matrices::whole M>
    requires std::convertible_to<S, typename M::Scalar>
M operator*(S s, M const& a) {
    return whole_matrices::operations<M>::multiple(typename M::Scalar(s), a);
}
template <whole_matrices::whole M, class S>
    requires std::convertible_to<S, typename M::Scalar>
M operator*(M const& a, S s) {
    return whole_matrices::operations<M>::multiple(typename M::Scalar(s), a);
}
template <whole_matrices::whole M, class S>
    requires std::convertible_to<S, typename M::Scalar>
M operator/(M const& a, S s) {
    return whole_matrices::operations<M>::quotient(a, typename M::Scalar(s));
}
template <class A, class B>
    requires whole_matrices::factors<A, B>
whole_matrices::untransposed_t<B> operator*(A const& a, B const& b) {
    return whole_matrices::operations<whole_matrices::untransposed_t<B>>::product({a.data(), a.rows(), a.cols(), a.rowStride(), a.colStride()},
        {b.data(), b.rows(), b.cols(), b.rowStride(), b.colStride()});
}

}  // namespace eager
