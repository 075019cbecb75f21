// SPDX-License-Identifier: MIT
#include "eager.hpp"

namespace whole_matrices {

template <whole M>
M operations<M>::sum(M const& a, M const& b) {
    return a.operator+(b);
}
template <whole M>
M operations<M>::difference(M const& a, M const& b) {
    return a.operator-(b);
}
template <whole M>
M operations<M>::multiple(T s, M const& a) {
    return a.operator*(s);
}
template <whole M>
M operations<M>::quotient(M const& a, T s) {
    return a.operator/(s);
}
/// f(x as Eigen has it)
template <class T, class F>
void with(factor<T> const& x, F const& f) {
    using Eigen::Dynamic, Eigen::Map, Eigen::Matrix, Eigen::OuterStride;
    if (x.down == 1) return f(Map<Matrix<T, Dynamic, Dynamic> const, 0, OuterStride<>>(x.data, x.rows, x.cols, OuterStride<>(x.right)));
    f(Map<Matrix<T, Dynamic, Dynamic, Eigen::RowMajor> const, 0, OuterStride<>>(x.data, x.rows, x.cols, OuterStride<>(x.down)));
}
/// z = a b, by columns. Of both orders, so that the library's products, which come later in a program, have these kernels of Eigen's.
template <class T>
void multiply(factor<T> const& a, factor<T> const& b, T* z) {
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>> out(z, a.rows, b.cols);
    with(a, [&](auto const& x) { with(b, [&](auto const& y) { out.noalias() = x * y; }); });
}
template <whole M>
M operations<M>::product(factor<T> const& a, factor<T> const& b) {
    M z(a.rows, b.cols);
    if (M::IsRowMajor)
        multiply<T>({b.data, b.cols, b.rows, b.right, b.down}, {a.data, a.cols, a.rows, a.right, a.down}, z.data());
    else
        multiply(a, b, z.data());
    return z;
}

template struct operations<Eigen::MatrixXd>;
template struct operations<Eigen::VectorXd>;
template struct operations<Eigen::MatrixXf>;
template struct operations<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace whole_matrices
