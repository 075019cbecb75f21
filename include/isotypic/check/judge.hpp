// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/noise.hpp>
#include <optional>

/// \file
/// U_t of gradients G_1 .. G_t against V_t of the moved ones, judged by a tolerance that is measured:
///
///     defect    max_t |V_t - g U_t| / max(|V_t|, |U_t|)
///     noise     max_t sqrt(max(m, n)) max(kappa, 16 u)
///
/// kappa is the largest relative response of the rule, at the plain and at the moved input, to changes of each entry by one
/// unit in its last place, up or down at random; u is the rounding unit, and 16 u stands for roundings that no change of the
/// input shows, such as those after a sign. Before a rule is called broken, changes by a unit of the largest entry count too,
/// where the response to them is at most 1e-2: that is how far a backward stable decomposition may be off.
///
/// For a correct rule the defect is at most a few times the noise at any condition number: it is called broken above 16 times
/// the noise. A step whose result is zero decides nothing where others are not. A rule that loses more digits than that on its
/// own, as x + 1e10 - 1e10 does, is called broken.
namespace isotypic {
namespace detail {

/// The plain side of a trial, for any number of moves.
class plain_run {
public:
    /// nudges: how many changes of one unit kappa is the largest response to.
    plain_run(black_box const& rule, trial const& t, int nudges) : box(rule), input(t), stays(t.result_stays), how_often(nudges) {
        results = input.through(box);
        if (index_t m = input.weight.rows, n = input.weight.cols; !stays && !results.empty() && (results[0].rows != m || results[0].cols != n))
            throw error("isotypic: equivariance is checked of rules that return the gradient's shape; " + shape_text(m, n) + " became " +
                        shape_text(results[0].rows, results[0].cols));
        const updates again = input.through(box);
        for (std::size_t k = 0; k < results.size(); ++k)
            for (std::size_t i = 0; i < results[k].values.size(); ++i) {
                const double a = results[k].values[i], b = again[k].values[i];
                repeatable = repeatable && (a == b || (std::isnan(a) && std::isnan(b)));
            }
        finite = all_finite(results);
        if (repeatable && finite) kappa = response(box, input, results, how_often);
    }

    /// Nothing where moved entries would overflow, or be lost below the smallest ordinary number.
    std::optional<judgement> under(word const& moves) const {
        if (!repeatable) return judgement{verdict::not_repeatable};
        if (!finite) return judgement{verdict::not_finite};
        const feed there(input, moves);
        const bool scaled = std::any_of(moves.begin(), moves.end(), [](generator const& g) { return g.what == generator::scale || g.what == generator::stretch; });
        if (!there.fits(box.unit, scaled)) return {};
        const updates v = there.through(box);
        if (!all_finite(v)) return judgement{verdict::not_finite};
        std::vector<double> k = kappa, defects;
        const double root = std::sqrt(double((std::max)({input.weight.rows, input.weight.cols, index_t(1)})));
        auto noise = [&](double kappa_t) { return root * std::fmax(kappa_t, judgement::roundings * box.unit); };
        bool more = false;
        for (std::size_t t = 0; t < v.size(); ++t) {
            const specimen u = stays ? results[t] : moved(moves, results[t], moved_as::result);
            const bool same_shape = u.rows == v[t].rows && u.cols == v[t].cols;
            if (stays && !same_shape) return judgement{verdict::broken, 1, noise(k[t]), index_t(t) + 1};
            if (!same_shape)
                throw error("isotypic: the rule returned " + shape_text(v[t].rows, v[t].cols) + " for a moved gradient where " + shape_text(u.rows, u.cols) +
                            " was due");
            defects.push_back(distance(v[t], u));
            more = more || defects[t] > judgement::factor * noise(k[t]);
        }
        if (more) {  // the moved input may be the harder one
            const std::vector<double> k2 = response(box, there, v, how_often);
            for (std::size_t t = 0; t < v.size(); ++t) k[t] = std::fmax(k[t], k2[t]);
        }
        const bool all_zero = std::all_of(results.begin(), results.end(), is_zero);
        judgement worst;
        double ratio = -1;
        for (std::size_t t = 0; t < v.size(); ++t) {
            if (!(k[t] <= judgement::blind_above) || (!all_zero && is_zero(results[t]) && is_zero(v[t]))) continue;
            if (const double r = defects[t] / noise(k[t]); r > ratio) ratio = r, worst = {verdict::exact, defects[t], noise(k[t]), index_t(t) + 1};
        }
        if (ratio < 0 && !v.empty()) return judgement{verdict::undecidable, defects.back(), noise(k.back()), index_t(v.size())};
        worst.what = ratio > judgement::factor ? verdict::broken : ratio > 0 ? verdict::within_noise : verdict::exact;
        return worst;
    }

private:
    black_box const& box;
    feed input;
    bool stays, repeatable = true, finite = true;
    int how_often;
    updates results;
    std::vector<double> kappa;
};

}  // namespace detail

/// The judgement of one trial (undecidable if it cannot be moved), with so many measurements of the noise that a jump next to the input is met as well. Throws
/// isotypic::error where a result has another shape than is due.
inline judgement judge(black_box const& rule, trial const& t) { return detail::plain_run(rule, t, 16).under(t.moves).value_or(judgement{verdict::undecidable}); }

}  // namespace isotypic
