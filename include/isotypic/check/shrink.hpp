// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/sweep.hpp>

/// \file
/// From a trial that fails to a small one that fails alike: first, shapes from 1 x 1 to 3 x 3 are tried from scratch; else
/// rows and columns are taken away. Then steps, generators and the weight go, and numbers become 0, 1 or integers.
namespace isotypic {
namespace detail {

class shrinker {
public:
    shrinker(black_box const& rule, verdict what, check_shape least) : box(rule), wanted(what), smallest_shape(least) {}

    trial smallest(action const& a, trial const& from) {
        trial t = from;
        if (!anew(a, from, t)) {
            shed_lines(false, t);
            shed_lines(true, t);
        }
        shed(&trial::gradients, t);
        shed(&trial::moves, t);
        trial unweighted = t;
        unweighted.weight.clear();
        if (!t.weight.empty()) keep_if_fails(unweighted, t);
        for (std::size_t k = 0; k < t.gradients.size(); ++k) simplify([k](trial& u) -> std::vector<double>& { return u.gradients[k]; }, t);
        simplify([](trial& u) -> std::vector<double>& { return u.weight; }, t);
        for (std::size_t k = 0; k < t.moves.size(); ++k) simplify_move(k, t);
        return t;
    }

private:
    black_box const& box;
    verdict wanted;
    check_shape smallest_shape;
    int judgements_left = 4000;

    /// A rule may refuse a shape: that is no failure of the kind that is looked for.
    bool fails(trial const& t) {
        if (t.rows < smallest_shape.rows || t.cols < smallest_shape.cols || judgements_left-- <= 0) return false;
        try {
            const std::optional<judgement> j = plain_run(box, t, 2).under(t.moves);
            return j && j->what == wanted && judge(box, t).what == wanted;
        } catch (std::exception const&) {
            return false;
        }
    }
    bool keep_if_fails(trial const& candidate, trial& t) {
        if (!fails(candidate)) return false;
        t = candidate;
        return true;
    }

    bool anew(action const& a, trial const& from, trial& t) {
        constexpr check_shape shapes[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {3, 3}};
        const index_t most = index_t(from.gradients.size());
        for (check_shape s : shapes)
            for (index_t steps = 1; steps <= most; steps += (std::max)(index_t(1), most - 1))
                for (input kind : {input::gaussian, input::integers, input::one_small_row, input::zero_row})
                    for (int draw = 0; draw < 6; ++draw) {
                        random_stream random(std::uint64_t(1 + draw));
                        trial u = drawn_trial(box, s, kind, steps, random);
                        u.result_stays = from.result_stays;
                        u.moves = a.sample(s.rows, s.cols, draw, random);
                        if (keep_if_fails(u, t)) return true;
                    }
        return false;
    }

    /// Members of a list, one by one, the last first; one stays.
    template <class X>
    void shed(std::vector<X> trial::*list, trial& t) {
        for (std::size_t k = (t.*list).size(); k-- > 0 && (t.*list).size() > 1;) {
            trial u = t;
            (u.*list).erase((u.*list).begin() + std::ptrdiff_t(k));
            keep_if_fails(u, t);
        }
    }

    /// Rows or columns, half of them at first, then fewer at a time.
    void shed_lines(bool columns, trial& t) {
        for (index_t many = (columns ? t.cols : t.rows) / 2; many > 0; many /= 2)
            for (index_t at = 0; at + many < (columns ? t.cols : t.rows);)
                if (!keep_if_fails(without(t, columns, at, many), t)) at += many;
    }
    static trial without(trial const& t, bool columns, index_t at, index_t many) {
        auto cut = [&](std::vector<double> const& x) {
            std::vector<double> y;
            for (index_t i = 0; i < t.rows; ++i)
                for (index_t j = 0; j < t.cols; ++j) {
                    const index_t line = columns ? j : i;
                    if (!x.empty() && (line < at || line >= at + many)) y.push_back(x[std::size_t(i * t.cols + j)]);
                }
            return y;
        };
        trial u{t.rows - (columns ? 0 : many), t.cols - (columns ? many : 0)};
        u.result_stays = t.result_stays;
        u.weight = cut(t.weight);
        for (auto const& g : t.gradients) u.gradients.push_back(cut(g));
        for (generator g : t.moves) {
            const bool of_these = (g.columns == columns) != (g.what == generator::shift);  // a shift's i is a coordinate of its line
            const bool indexed = g.what == generator::swap || g.what == generator::flip || g.what == generator::rotation || g.what == generator::stretch ||
                                 g.what == generator::shift;
            if (of_these && g.what == generator::dense) continue;
            if (of_these && indexed) {
                if ((g.i >= at && g.i < at + many) || (g.j >= at && g.j < at + many)) continue;
                g.i -= g.i >= at ? many : 0;
                g.j -= g.j >= at ? many : 0;
            }
            u.moves.push_back(g);
        }
        return u;
    }

    /// Entries to 0, 1, -1, or an integer, whichever still fails first.
    template <class Of>
    void simplify(Of const& of, trial& t) {
        for (std::size_t k = 0; k < of(t).size(); ++k) {
            const double v = of(t)[k];
            for (double simple : {0., 1., -1., std::round(v), std::round(v * 10) / 10, std::copysign(std::exp2(std::round(std::log2(std::fabs(v)))), v)}) {
                if (simple == v) break;
                trial u = t;
                of(u)[k] = simple;
                if (keep_if_fails(u, t)) break;
            }
        }
    }
    void simplify_move(std::size_t k, trial& t) {
        const generator g = t.moves[k];
        std::vector<std::pair<double, double>> simple;
        if (g.what == generator::rotation) simple = {{0, 1}, {3, 4}, {1, 1}};
        if (g.what == generator::shift) simple = {{1, 0}, {-1, 0}};
        if (g.what == generator::stretch || g.what == generator::scale) simple = {{2, 0}, {0.5, 0}, {0x1p10, 0}, {0x1p-10, 0}, {0x1p20, 0}, {0x1p-20, 0}};
        for (auto const& [c, s] : simple) {
            trial u = t;
            u.moves[k].c = c;
            if (g.what == generator::rotation) u.moves[k].s = s;
            if (keep_if_fails(u, t)) return;
        }
    }
};

}  // namespace detail

/// A trial under the same action with the same verdict, as small as was found.
inline trial shrunk(black_box const& rule, action const& a, outcome const& failed, check_shape smallest = {1, 1}) {
    return detail::shrinker(rule, failed.worst.what, smallest).smallest(a, failed.where);
}

}  // namespace isotypic
