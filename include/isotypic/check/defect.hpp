// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/seed.hpp>
#include <isotypic/check/specimen.hpp>
#include <limits>

/// \file
/// How far two results are apart: the number that every checker returns. Nothing here judges.
namespace isotypic {

/// What a checker found: the worst relative error over items and steps, where, and the seed that repeats it.
struct defect {
    double error = 0;    ///< infinite where a result is not finite
    index_t step = 0;    ///< the step of the worst error, from 1; 0 where nothing differs
    std::uint64_t seed = 0;

    void see(double e, index_t at) {
        if (!(e <= error)) error = std::isnan(e) ? std::numeric_limits<double>::infinity() : e, step = at;
    }
};

/// How a checker draws.
struct check_options {
    std::uint64_t seed = isotypic::seed();
    index_t draws = 5;    ///< elements of the group, each with inputs of its own; the worst counts
    index_t steps = 3;    ///< steps of state, each with a gradient of its own
    index_t count = 1;    ///< items of a batch
    bool joined = false;  ///< joined pairs of the shape instead of single matrices
};

/// |x_k|_F of one item, at any scale.
inline double item_norm(specimen const& x, index_t item) {
    const std::size_t size = x.values.size() / std::size_t((std::max)(index_t(1), x.count)), first = std::size_t(item) * size;
    double most = 0, square = 0;
    for (std::size_t k = first; k < first + size; ++k) {
        most = std::fmax(most, std::fabs(x.values[k]));
        square += x.values[k] * x.values[k];
    }
    if (std::isnan(square) || (square > 1e-200 && square < 1e200) || most == 0) return std::sqrt(square);
    if (std::isinf(most)) return most;
    const int exponent = std::ilogb(most);
    square = 0;
    for (std::size_t k = first; k < first + size; ++k) {
        const double v = std::ldexp(x.values[k], -exponent);
        square += v * v;
    }
    return std::ldexp(std::sqrt(square), exponent);
}

/// The largest |e_k| / s_k over items, 0 / 0 = 0; infinite where something is not finite.
inline double relative(specimen const& e, std::vector<double> const& s) {
    double worst = 0;
    for (index_t k = 0; k < e.count; ++k) {
        const double a = item_norm(e, k), b = s[std::size_t(k)];
        if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
        if (a > 0) worst = std::fmax(worst, a / b);
    }
    return worst;
}

/// The norms of the items, of two blocks the larger.
inline std::vector<double> item_norms(specimen const& a, specimen const& b) {
    std::vector<double> s;
    for (index_t k = 0; k < a.count; ++k) {
        const double u = item_norm(a, k), v = item_norm(b, k);
        s.push_back(u > v || std::isnan(u) ? u : v);
    }
    return s;
}

inline specimen difference(specimen a, specimen const& b) {
    for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] -= b.values[i];
    return a;
}

/// max_k |a_k - b_k| / max(|a_k|, |b_k|)
inline double distance(specimen const& a, specimen const& b) {
    return relative(difference(a, b), item_norms(a, b));
}

}  // namespace isotypic
