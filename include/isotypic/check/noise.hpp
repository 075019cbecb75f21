// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/black_box.hpp>
#include <isotypic/check/defect.hpp>
#include <isotypic/check/trial.hpp>
#include <algorithm>

/// \file
/// What a trial feeds to a rule, and how much the rule answers when that is changed by roundings.
namespace isotypic {
namespace detail {

inline specimen matrix_from(index_t rows, index_t cols, std::vector<double> const& values) {
    specimen x(rows, cols);
    if (!values.empty()) x.values = values;
    return x;
}

using updates = std::vector<specimen>;

inline bool all_finite(updates const& u) {
    for (specimen const& x : u)
        for (double v : x.values)
            if (!std::isfinite(v)) return false;
    return true;
}

inline bool is_zero(specimen const& x) {
    return std::all_of(x.values.begin(), x.values.end(), [](double v) { return v == 0; });
}

/// Of the type with this unit.
inline double smallest_number(double unit) {
    return unit > 0x1p-30 ? double(std::numeric_limits<float>::denorm_min()) : std::numeric_limits<double>::denorm_min();
}

/// What a rule is fed: a weight and gradients.
struct feed {
    std::vector<specimen> gradients;
    specimen weight;
    bool weighted;

    feed(trial const& t) : weight(matrix_from(t.rows, t.cols, t.weight)), weighted(!t.weight.empty()) {
        for (auto const& g : t.gradients) gradients.push_back(matrix_from(t.rows, t.cols, g));
    }
    feed(feed const& plain, word const& w) : weighted(plain.weighted) {
        for (specimen const& g : plain.gradients) gradients.push_back(moved(w, g, moved_as::gradient));
        if (weighted)
            weight = moved(w, plain.weight, moved_as::weight);
        else if (!gradients.empty())
            weight = specimen(gradients[0].rows, gradients[0].cols);
    }
    updates through(black_box const& box) const {
        const run step = box.start(weight);
        updates u;
        for (specimen const& g : gradients) u.push_back(step(weight, g));
        return u;
    }
    /// Every entry one unit up or down: its own, or that of the largest entry beside it; zeros stay.
    feed nudged(double unit, bool of_largest, random_stream& random) const {
        feed x = *this;
        const double least = smallest_number(unit);
        auto nudge = [&](specimen& s) {
            double largest = 0;
            for (double v : s.values) largest = std::fmax(largest, std::fabs(v));
            for (double& v : s.values)
                if (v != 0) v += (random.bits() % 2 == 0 ? 1 : -1) * std::fmax(2 * unit * (of_largest ? largest : std::fabs(v)), least);
        };
        nudge(x.weight);
        for (specimen& g : x.gradients) nudge(g);
        return x;
    }
    /// Does every entry keep its digits in a type with this unit, after a move that scales or not?
    bool fits(double unit, bool scaled) const {
        const bool in_float = unit > 0x1p-30;
        const double least = in_float ? double((std::numeric_limits<float>::min)()) : (std::numeric_limits<double>::min)();
        const double most = in_float ? double((std::numeric_limits<float>::max)()) : (std::numeric_limits<double>::max)();
        for (specimen const& g : gradients)
            for (double v : g.values)
                if (!(std::fabs(v) <= most) || (scaled && v != 0 && std::fabs(v) < least)) return false;
        return true;
    }
};

/// kappa at every step, not below what the result's own last place is worth; from more than two measurements with the second kind as well.
inline std::vector<double> response(black_box const& box, feed const& x, updates const& u, int nudges) {
    std::vector<double> kappa(u.size(), 0.), of_largest = kappa;
    random_stream random(7);
    auto measure = [&](bool largest, std::vector<double>& k) {
        const updates v = x.nudged(box.unit, largest, random).through(box);
        for (std::size_t t = 0; t < u.size(); ++t) k[t] = std::fmax(k[t], distance(v[t], u[t]));
    };
    for (int k = 0; k < nudges; ++k) measure(false, kappa);
    for (int k = 2; k < nudges; ++k) measure(true, of_largest);
    for (std::size_t t = 0; t < u.size(); ++t) {
        if (of_largest[t] <= judgement::blind_above) kappa[t] = std::fmax(kappa[t], of_largest[t]);
        if (const double size = item_norm(u[t], 0); size > 0) kappa[t] = std::fmax(kappa[t], smallest_number(box.unit) / size);
    }
    return kappa;
}

}  // namespace detail
}  // namespace isotypic
