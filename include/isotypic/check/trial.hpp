// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/word.hpp>

/// \file
/// One experiment, a group element and what it is applied to, and the verdict on it.
namespace isotypic {

enum class verdict { exact, within_noise, broken, undecidable, not_finite, not_repeatable };

inline char const* name_of(verdict v) {
    constexpr char const* names[] = {"exact", "within noise", "broken", "undecidable", "not finite", "not repeatable"};
    return names[std::size_t(v)];
}

/// A verdict with its numbers, of the step with the largest defect.
struct judgement {
    verdict what = verdict::exact;
    double defect = 0, noise = 0;
    index_t step = 0;

    static constexpr double factor = 16;         ///< broken above this many times the noise
    static constexpr double roundings = 16;      ///< units of rounding that a rule is granted
    static constexpr double blind_above = 1e-2;  ///< undecidable where kappa is above this

    bool holds() const { return what == verdict::exact || what == verdict::within_noise; }
};

/// A group element, a weight (empty: zero, wherever it is moved) and the gradients of one block, as numbers that can be printed.
struct trial {
    index_t rows = 0, cols = 0;
    word moves{};
    std::vector<std::vector<double>> gradients{};  ///< one a step, row by row
    std::vector<double> weight{};
    bool result_stays = false;  ///< f(gG) = f(G) is asked for, whatever g is
};

}  // namespace isotypic
