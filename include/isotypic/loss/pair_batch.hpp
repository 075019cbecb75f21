// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/loss/samples.hpp>
#include <cmath>

/// \file
/// Predictions and targets of a batch, in memory of the caller's, and the errors that say what is wrong with them and where.
namespace isotypic::detail {

/// A sample is a number of rows.
template <class T>
struct pair_batch {
    blocks<T const> prediction, target;
    index_t samples, rows_each;
    double* share;  ///< what each sample counts for
    view<bool const> mask;
    bool whole;  ///< everything counts

    index_t rows() const { return prediction.count * prediction.rows(); }
    double share_of(index_t row) const { return share[row / rows_each]; }
    bool masked(index_t row, index_t col) const { return mask.data && mask(mask.rows == 1 ? 0 : row, col); }
    bool counts(index_t row, index_t col) const { return share_of(row) > 0 && !masked(row, col); }
    std::string place(index_t row, index_t col, bool matrices) const {
        std::string at = std::to_string(col);
        if (matrices) at = std::string("(").append(std::to_string(row % rows_each)).append(", ").append(at).append(")");
        return "element " + at + " of " + sample_text(row / rows_each, samples);
    }
};

/// Why these cannot be read, if they cannot: wrong(prediction, target) is what is wrong with finite ones, or nothing.
template <class T, class F>
void require_pairs(std::string const& called, pair_batch<T> const& b, bool matrices, F const& wrong) {
    for (index_t i = 0; i < b.rows(); ++i)
        for (index_t k = 0; k < b.prediction.cols(); ++k) {
            if (!b.counts(i, k)) continue;
            const T p = sample(b.prediction, i)(0, k), y = sample(b.target, i)(0, k);
            const auto fail = [&](std::string const& what) { throw error("isotypic: " + called + ": " + what + " at " + b.place(i, k, matrices)); };
            if (!std::isfinite(p)) fail("the prediction is not finite");
            if (!std::isfinite(y)) fail("the target is not finite");
            if (const std::string what = wrong(p, y); !what.empty()) fail(what);
        }
}

}  // namespace isotypic::detail
