// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>

/// \file
/// What a rule is fed: kinds of gradients that faults hide from. Numbers fit a float, but for the subnormal ones of double.
namespace isotypic {

/// The kinds: with full rank and at ordinary scale first.
enum class input {
    gaussian,
    condition_1e4,
    condition_1e8,
    equal_singular_values,
    one_large_row,
    one_small_row,
    sparse,
    integers,
    short_rank,
    zero_row,
    tiny,
    huge,
    subnormal
};

/// What the verdict on a rule rests on, and what a rule should also stand.
inline const std::vector<input> generic_inputs{input::gaussian, input::condition_1e4, input::one_large_row, input::one_small_row};
inline const std::vector<input> special_inputs{input::condition_1e8, input::equal_singular_values, input::sparse, input::integers, input::short_rank,
                                               input::zero_row};
inline const std::vector<input> extreme_inputs{input::tiny, input::huge, input::subnormal};

inline char const* name_of(input k) {
    constexpr char const* names[] = {
        "Gaussian", "condition 1e4", "condition 1e8", "equal singular values", "one large row", "one small row", "sparse", "integers", "short rank", "zero row",
        "1e-30",    "1e30",          "subnormal"};
    return names[std::size_t(k)];
}

/// One gradient of a kind, its entries about 1. Singular values are set by Q diag(s) P' with Q and P drawn from the Haar
/// measure, s evenly from 1 to 1/2 and the last one by the condition: a matrix that is nearly of rank one would hide what a
/// rule does to the rest. Short rank is half of what the shape allows. Shapes above 64 are drawn as Gaussian instead.
inline specimen drawn(input kind, index_t rows, index_t cols, bool in_float, random_stream& random) {
    specimen x(rows, cols);
    const index_t k = (std::min)(rows, cols);
    const bool shaped = kind == input::condition_1e4 || kind == input::condition_1e8 || kind == input::equal_singular_values || kind == input::short_rank;
    if (shaped && (std::max)(rows, cols) <= 64) {
        specimen q(rows, rows), p(cols, cols);
        orthogonal::sample(q.panel(0, 0), random);
        orthogonal::sample(p.panel(0, 0), random);
        const double size = std::sqrt(double((std::max)(rows, cols)));
        const index_t rank = kind == input::short_rank ? (k + 1) / 2 : k;
        for (index_t l = 0; l < rank; ++l) {
            double s = kind == input::equal_singular_values ? size : size * (1 - 0.5 * double(l) / double(k));
            if (l > 0 && l == k - 1 && kind == input::condition_1e4) s = size * 1e-4;
            if (l > 0 && l == k - 1 && kind == input::condition_1e8) s = size * 1e-8;
            for (index_t i = 0; i < rows; ++i)
                for (index_t j = 0; j < cols; ++j) x.panel(0, 0)(i, j) += s * q.panel(0, 0)(i, l) * p.panel(0, 0)(j, l);
        }
    } else {
        for (double& v : x.values) {
            v = random.normal();
            if (kind == input::sparse && random.uniform() < 0.7) v = 0;
            if (kind == input::integers) v = std::round(2 * v) + 0.;  // no -0
            if (kind == input::tiny) v *= 1e-30;
            if (kind == input::huge) v *= 1e30;
        }
        for (index_t j = 0; j < cols && rows > 0; ++j) {
            if (kind == input::one_large_row) x.panel(0, 0)(0, j) *= 1e4;
            if (kind == input::one_small_row) x.panel(0, 0)(0, j) *= 1e-4;
            if (kind == input::zero_row) x.panel(0, 0)(rows - 1, j) = 0;
        }
    }
    for (double& v : x.values) v = kind != input::subnormal ? double(float(v)) : in_float ? double(float(v * 1e-40)) : v * 1e-310;
    return x;
}

}  // namespace isotypic
