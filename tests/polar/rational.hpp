// SPDX-License-Identifier: MIT
#pragma once
#include "engines.hpp"
#include <Eigen/Eigenvalues>
#include <limits>

/// \file
/// What the engines of rational maps owe beyond every engine's word: accuracy at any condition, honesty about short rank.
namespace engines {

/// q diag(s) p' with known factors: its polar factor is q p'.
struct spectrum {
    dense q, p;
    Eigen::VectorXd s;
    spectrum(index_t m, index_t n, double condition)
        : q(formulas::exact_polar(formulas::gaussian(m, n, 21))), p(formulas::exact_polar(formulas::gaussian(n, n, 22))), s(n) {
        for (index_t k = 0; k < n; ++k) s(k) = std::pow(condition, -double(k) / double(n - 1));
    }
    dense matrix() const { return q * s.asDiagonal() * p.transpose(); }
};

inline double condition(dense const& a) {
    const auto s = Eigen::JacobiSVD<dense>(a).singularValues();
    return s(0) / s(s.size() - 1);
}
inline double off_orthogonal(dense const& u) {
    const dense gram = u.rows() < u.cols() ? dense(u * u.transpose()) : dense(u.transpose() * u);
    return (gram - dense::Identity(gram.rows(), gram.cols())).norm();
}
/// |M - U H| / |M| with H the symmetric part of U'M: how far M is from a matrix with the polar factor U. Infinite where H is
/// clearly not positive.
inline double backward_error(dense const& a, dense const& u) {
    const dense c = u.transpose() * a, h = (c + c.transpose()) / 2;
    const double lowest = Eigen::SelfAdjointEigenSolver<dense>(h).eigenvalues()(0);
    return lowest < -1e-2 * formulas::largest(a) ? INFINITY : (a - u * h).norm() / a.norm();
}

/// Orthogonality and backward error to `rounding`, distance from the exact factor to that times the condition.
template <class T, class E>
void accurate_at(E const& engine, double most, double rounding) {
    for (auto shape : {std::pair{24, 24}, {40, 30}, {90, 20}}) {
        const spectrum known(shape.first, shape.second, most);
        const dense a = known.matrix().template cast<T>().template cast<double>(), u = factor<T>(engine, a);
        INFO(shape.first << " x " << shape.second << ", condition " << most << ", seed " << seed());
        CHECK(off_orthogonal(u) <= rounding);
        CHECK(backward_error(a, u) <= rounding);
        CHECK(distance(u, known.q * known.p.transpose()) <= rounding * most);
    }
}

/// A power of two changes no bit, a sign changes signs.
template <class T, class E>
bool scales_exactly(E const& engine, int power) {
    const dense a = formulas::gaussian(11, 6, 5).template cast<T>().template cast<double>(), u = factor<T>(engine, a);
    return factor<T>(engine, std::ldexp(1, power) * a) == u && factor<T>(engine, std::ldexp(1, -power) * a) == u && factor<T>(engine, -a) == -u;
}

/// A partial isometry of rank 5 of 12; horizontal where the block is.
template <class T, class E>
void keeps_rank(E const& engine, double rounding) {
    for (index_t m : {12, 20, 40}) {
        const dense a = (formulas::gaussian(m, 5, 1) * formulas::gaussian(5, 12, 2)).template cast<T>().template cast<double>();
        const dense want = formulas::by_values(a, [least = 1e-4 * formulas::largest(a)](double s) { return s > least ? 1. : 0.; });
        CHECK(distance(factor<T>(engine, a), want) <= rounding);
        CHECK(distance(factor<T>(engine, a.transpose()), want.transpose()) <= rounding);
        const dense c = formulas::centred(formulas::gaussian(9, m, 3)).template cast<T>().template cast<double>(), u = factor<T>(engine, c);
        CHECK(u.colwise().sum().norm() <= rounding);
        CHECK(std::abs(u.squaredNorm() - 8) <= rounding);
    }
}

/// Zero columns of a tall block and zero rows of a wide one stay; a zero row of a tall block of full rank stays near zero.
template <class T, class E>
void keeps_zeros(E const& engine, double rounding) {
    for (index_t m : {9, 16, 40}) {
        dense a = formulas::gaussian(m, 8, 6);
        a.col(3).setZero(), a.col(7).setZero();
        const dense u = factor<T>(engine, a), v = factor<T>(engine, a.transpose());
        CHECK(u.col(3).norm() + u.col(7).norm() == 0);
        CHECK(v.row(3).norm() + v.row(7).norm() == 0);
        CHECK(distance(u, formulas::exact_polar(a)) <= rounding);
        a = formulas::gaussian(m + 4, 8, 6);
        a.row(0).setZero(), a.row(6).setZero();
        CHECK(distance(factor<T>(engine, a), formulas::exact_polar(a)) <= rounding);
    }
}

}  // namespace engines
