// SPDX-License-Identifier: MIT
#pragma once
#include "engines.hpp"
#include <limits>

/// \file
/// What the engines of rational maps owe beyond every engine's word: accuracy at any condition, honesty about short rank.
namespace engines {

/// q diag(s) p' with known factors: its polar factor is q p'.
struct spectrum {
    dense q, p;
    Eigen::VectorXd s;
    spectrum(index_t m, index_t n, double condition);
    dense matrix() const;
    dense polar() const;
};

double condition(dense const& a);

/// Orthogonality and backward error to `rounding`, distance from the exact factor to that times the condition.
void is_accurate_at(any_engine const& engine, double most, double rounding);
template <class T, class E>
void accurate_at(E const& engine, double most, double rounding) {
    is_accurate_at(any<T>(engine), most, rounding);
}

/// A power of two changes no bit, a sign changes signs.
bool keeps_powers_of_two(any_engine const& engine, int power);
template <class T, class E>
bool scales_exactly(E const& engine, int power) {
    return keeps_powers_of_two(any<T>(engine), power);
}

/// A partial isometry of rank 5 of 12; horizontal where the block is.
void keeps_short_rank(any_engine const& engine, double rounding);
template <class T, class E>
void keeps_rank(E const& engine, double rounding) {
    keeps_short_rank(any<T>(engine), rounding);
}

/// Zero columns of a tall block and zero rows of a wide one stay; a zero row of a tall block of full rank stays near zero.
void keeps_zero_lines(any_engine const& engine, double rounding);
template <class T, class E>
void keeps_zeros(E const& engine, double rounding) {
    keeps_zero_lines(any<T>(engine), rounding);
}

}  // namespace engines
