// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <vector>

/// \file
/// The lists of the zoo, compiled once for all tests, in float and in double: rules.cpp has the rules of rules.hpp, mutants.cpp the
/// bases of bases.hpp and the faults of faults.hpp. Copying a rule before a first call gives a fresh one.
namespace zoo {

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using rule = std::function<matrix<T>(matrix<T> const&)>;

/// A rule under its name.
template <class T>
struct entry {
    char const* name;
    zoo::rule<T> rule;
};

template <class T>
std::vector<entry<T>> rules();

/// A rule that faults are planted into, and its cells at 4 x 6, 6 x 4 and 5 x 5.
template <class T>
struct base {
    char const* rule;
    zoo::rule<T> function;
    char const* wide;
    char const* tall;
    char const* square;
};

template <class T>
std::vector<base<T>> bases();

/// A base with one mistake, and the actions of its that this breaks, as faults.hpp says.
template <class T>
struct fault {
    char const* rule;
    char const* kind;
    zoo::rule<T> mutant;
    char const* breaks;
};

template <class T>
std::vector<fault<T>> faults();

/// Every third rule and every third kind.
inline constexpr char const* held_out_rules[] = {"row_norm", "sign", "polar_then_rows", "shampoo", "heads"};
inline constexpr char const* held_out_kinds[] = {
    "inverse for the inverse root",
    "absolute eps 1e-8",
    "heads split along the wrong axis",
    "last row out of the loop",
    "norm of the wrong axis",
    "small values set to zero",
    "rate ramps with the row",
    "signs of singular vectors fixed side by side",
    "shape factor by position",
    "centring along the wrong axis",
    "diagonal for the full matrix",
    "overflow guard clamps",
    "power iteration from a fixed start",
    "maximum subtracted for the mean",
    "rounded to integers",
};

template <class T>
bool held_out(fault<T> const& f) {
    auto among = [](auto const& names, char const* name) {
        return std::any_of(std::begin(names), std::end(names), [name](char const* n) { return std::string_view(n) == name; });
    };
    return among(held_out_rules, f.rule) || among(held_out_kinds, f.kind);
}

}  // namespace zoo
