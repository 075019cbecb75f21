// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/probe.hpp>

/// \file
/// What a programmer should look at, from which cells of the table fail beside the one that should have held.
namespace isotypic {
namespace detail {

/// p of f(tG) = t^p f(G) on a Gaussian, where it is a power; else NaN.
inline double degree(black_box const& rule, check_shape shape, std::uint64_t seed) {
    random_stream random(seed);
    trial t = drawn_trial(rule, shape, input::gaussian, 1, random);
    auto size = [&](double factor) {
        trial u = t;
        for (double& v : u.gradients[0]) v *= factor;
        const updates r = feed(u).through(rule);
        return item_norm(r[0], 0);
    };
    const double one = size(1), p = std::log2(size(1024) / one) / 10, q = std::log2(one / size(0x1p-10)) / 10;
    return std::fabs(p - q) < 1e-3 ? std::round(p * 1e3) / 1e3 + 0. : std::numeric_limits<double>::quiet_NaN();
}

/// Which of the shapes fail, where not all do.
inline std::string shapes_that_fail(symmetry_table const& t, std::size_t column) {
    std::string bad;
    std::size_t good = 0;
    for (std::size_t s = 0; s < t.shapes.size(); ++s) {
        if (t.cells[s][column].holds())
            ++good;
        else
            bad += (bad.empty() ? "" : ", ") + t.shape(s);
    }
    return good == 0 || bad.empty() ? "" : "; of the probed shapes only " + bad + (bad.find(',') == std::string::npos ? " fails" : " fail");
}

/// Why an equivariance of one side may fail, by which others do: p, s, r are permutation, signs and rotation of that side.
inline std::string side_hint(std::string const& lines, bool p, bool s, bool r, bool other_p, bool other_r) {
    if (p && other_p) return "rows and columns are mixed up: a buffer read in the other layout, or a basis that is fixed";
    if (p && s) return "the result depends on where " + lines + " stand: another layout, a head split along " + lines + ", a fixed basis";
    if (p) return "the result depends on where " + lines + " stand: an index, a mask, a loop bound, an order, a triangle for a symmetric root";
    if (s) return lines + " are mixed without regard to their signs: a mean over them, an entry-wise product of their Gram matrix";
    if (r && other_r) return "it acts entry by entry: a clip, a maximum, an element-wise root, a rounding";
    return "it acts on " + lines + " one by one, by a norm or a scale of each: exchangeable " + lines + " allow that, rotations do not";
}

}  // namespace detail

/// One sentence on what to look at when `action` fails with this verdict.
inline std::string hint(black_box const& rule, std::string const& action, verdict what, symmetry_table const& t, trial_options const& o) {
    if (what == verdict::not_repeatable) return "two runs on the same input differ: state shared by copies, random numbers without a seed, or threads";
    if (what == verdict::not_finite) return "a norm or a singular value that is zero, or out of range, is divided by";
    if (what == verdict::undecidable) return "the rule answers a change of one unit in the last place by more than 1e-2; try double, or other inputs";
    if (action.find("centred") != std::string::npos) return "the result has a mean of its own: end with a centring";
    if (action.find("shift") != std::string::npos) return "what is added to all lines alike comes through: begin with a centring";

    std::size_t column = 0;
    while (column < t.actions.size() && t.actions[column].name != action) ++column;
    if (column == t.actions.size()) return "";
    auto fails = [&](std::size_t c) {
        for (auto const& row : t.cells)
            if (!row[c].holds()) return true;
        return false;
    };
    const std::string where = detail::shapes_that_fail(t, column);
    if (column == scale_column || column == rows_scale || column == columns_scale) {
        if (column != scale_column && !fails(scale_column)) return "each line needs a norm of its own, and only that" + where;
        const double p = detail::degree(rule, t.shapes[0], o.seed);
        if (std::isnan(p)) return "f(tG) is no power of t: an absolute eps, a threshold or a clip" + where;
        if (p == 0) return "f(tG) = f(G) at ordinary scale and not at the smallest: an absolute eps" + where;
        if (p == 1) return "f(tG) = t f(G): nothing is divided out; is the normalisation ever reached?" + where;
        return (p < 0 ? "f(tG) falls as t grows: divided too often, an inverse for an inverse root?"
                      : "f(tG) grows as a power of t: a root or a norm is missing") +
               where;
    }
    if (o.result_stays) return "";
    if (column == minus_one_column || (fails(minus_one_column) && !fails(rows_permutation) && !fails(columns_permutation)))
        return "f is not odd: an abs, a square, a constant that is added" + where;
    if (column == transposition_column) return "rows and columns are not treated alike: a factor of the shape, a side that is preferred" + where;
    for (std::size_t side : {std::size_t(rows_permutation), std::size_t(columns_permutation)}) {
        const std::size_t other = side == columns_permutation ? rows_permutation : columns_permutation;
        const bool p = fails(side), s = fails(side + 1), r = fails(side + 2);
        const bool this_side = action.rfind(side == columns_permutation ? "columns" : "rows", 0) == 0;
        if ((this_side || action.rfind("both", 0) == 0) && (p || s || r))
            return detail::side_hint(side == columns_permutation ? "columns" : "rows", p, s, r, fails(other), fails(other + 2)) + where;
    }
    return "";
}

}  // namespace isotypic
