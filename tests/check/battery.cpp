// SPDX-License-Identifier: MIT
#include "prove_claim.hpp"
#include <limits>

/// \file
/// What `prove_claim` asks of a rule, compiled once for all rules.
///
/// Tolerance: 1024 roundings of the type. Inputs have a condition of about 10 (`draw`) and sums at most 11
/// terms, but a Newton-Schulz engine of few steps multiplies a relative error by up to 212 (the Polar
/// Express set with a cushion, near s = 1). `keeps` has 32768: no input is horizontal beyond a few
/// roundings, and an engine multiplies what is left by its slope at 0, 6822 for Polar Express.
/// Teeth: what does not hold is missed by more than 1e-2.
namespace proof {
namespace {

struct shape {
    index_t rows, cols, count;
    bool joined;
};
constexpr shape wide{4, 7, 1, false}, tall{9, 3, 1, false}, square{5, 5, 1, false};
constexpr std::array solid{wide, tall, square};
constexpr std::array every{wide, tall, square, shape{1, 6, 1, false}, shape{6, 1, 1, false}, shape{1, 1, 1, false}, shape{0, 4, 1, false},
                           shape{4, 0, 1, false}, shape{4, 7, 3, false}, shape{9, 3, 2, false}, shape{3, 4, 1, true}, shape{11, 2, 2, true},
                           shape{0, 3, 2, true}};

enum class precision { in_double, in_float };
constexpr double tolerance(precision p) {
    return 1024 * (p == precision::in_float ? double(std::numeric_limits<float>::epsilon()) : std::numeric_limits<double>::epsilon());
}
constexpr double slope = 32, teeth = 1e-2;

check_options options(shape s, index_t steps = 3) {
    return {.steps = steps, .count = s.count, .joined = s.joined};
}
std::string text(shape s) {
    return std::to_string(s.count) + (s.joined ? " pairs of " : " of ") + std::to_string(s.rows) + " x " + std::to_string(s.cols);
}

/// Is group i a proper subgroup of group j, in the order of claim::names?
constexpr bool below(std::size_t i, std::size_t j) {
    return i != j && (i == 0 || j == 4 || (j == 3 && i < 3));
}
using groups = std::array<bool, claim::groups>;
/// Claimed, and in no other claimed group.
bool is_largest_claimed(groups const& c, std::size_t i) {
    bool top = c[i];
    for (std::size_t j = 0; j < c.size(); ++j) top = top && !(c[j] && below(i, j));
    return top;
}
/// Not claimed, though all its subgroups are.
bool is_next_up(groups const& c, std::size_t i) {
    bool next = !c[i];
    for (std::size_t j = 0; j < c.size(); ++j) next = next && (c[j] || !below(j, i));
    return next;
}

struct battery {
    claim const& c;
    runs const& r;
    std::vector<std::string> wrong;

    void expect(bool so, std::string const& what) {
        if (!so) wrong.push_back(what);
    }
    void small(std::string const& what, double error, precision p, double more = 1) {
        expect(error < more * tolerance(p), what + ": off by " + number(error) + (p == precision::in_float ? " in float" : " in double"));
    }
    void large(std::string const& what, double error) {
        expect(error > teeth && std::isfinite(error), what + ": not claimed, yet off by only " + number(error));
    }
    static std::string number(double v) {
        char buffer[32];
        return std::snprintf(buffer, sizeof buffer, "%.2g", v), buffer;
    }

    void groups_hold() {
        for (std::size_t i = 0; i < claim::groups; ++i)
            for (std::size_t j = 0; j < claim::groups; ++j)
                if (is_largest_claimed(c.rows, i) && is_largest_claimed(c.cols, j))
                    for (shape s : every) group_holds(i, j, s);
    }
    void group_holds(std::size_t i, std::size_t j, shape s) {
        const block_action action{claim::samplers[i], claim::samplers[j], c.blind_to_rows(), c.blind_to_cols()};
        const block_action one_shift{action.rows, action.cols, action.row_shift, action.col_shift && !action.row_shift};
        const std::string what = std::string(claim::names[i]) + " x " + claim::names[j] + " on " + text(s);
        const auto o = options(s);
        small(what, equivariance_error(r.in_double, action, s.rows, s.cols, o).error, precision::in_double);
        small(what, equivariance_error(r.in_float, action, s.rows, s.cols, o).error, precision::in_float);
        small("training, " + what, trajectory_error(r.weights, one_shift, s.rows, s.cols, options(s, 4)).error, precision::in_double);
        if (!action.row_shift && !action.col_shift) return;
        small("horizontality, " + what, horizontality_error(r.in_double, action, s.rows, s.cols, o).error, precision::in_double);
        small("horizontality, " + what, horizontality_error(r.in_float, action, s.rows, s.cols, o).error, precision::in_float);
    }

    void next_up_fails() {
        for (std::size_t i = 0; i < claim::groups; ++i) {
            if (is_next_up(c.rows, i)) group_fails(std::string("rows under ") + claim::names[i], {claim::samplers[i], sample_of<trivial>});
            if (is_next_up(c.cols, i)) group_fails(std::string("columns under ") + claim::names[i], {sample_of<trivial>, claim::samplers[i]});
        }
    }
    void group_fails(std::string const& what, block_action const& action) {
        double worst = 0;
        for (shape s : solid) worst = std::fmax(worst, equivariance_error(r.in_double, action, s.rows, s.cols, options(s)).error);
        large(what, worst);
    }

    /// Each claimed group by its generators and a random word, on inputs where rules divide by little or by nothing as well.
    void generators_hold(replay const& run, precision p) {
        const black_box box{run, p == precision::in_float ? 0x1p-24 : 0x1p-53, c.reads_weight};
        const std::vector<action> all = all_actions();
        std::vector<action> claimed;
        for (std::size_t side : {std::size_t(rows_permutation), std::size_t(columns_permutation)}) {
            const std::array<bool, claim::groups>& has = side == rows_permutation ? c.rows : c.cols;
            if (has[2] || has[3] || has[4]) claimed.push_back(all[side]);
            if (has[1] || has[3] || has[4]) claimed.push_back(all[side + 1]);
            if (has[4]) claimed.push_back(all[side + 2]);
        }
        if (c.row_shift.blind && !c.reads_weight) claimed.push_back(all[rows_shift]);
        if (c.col_shift.blind && !c.reads_weight) claimed.push_back(all[columns_shift]);
        if (c.degree == 0) claimed.push_back(all[scale_column]);
        trial_options o = thorough();
        o.repeats = 1, o.draws = 3, o.steps = 2;
        for (input kind : {input::tiny, input::huge}) o.inputs.push_back(kind);
        if (p == precision::in_float) o.inputs.push_back(input::subnormal);  // 1e-40; of double it is 1e-310, beyond what rules promise
        o.shapes = {{4, 6}, {6, 4}, {5, 5}, {1, 3}, {3, 1}, {0, 2}, {2, 0}};
        for (check_shape s : o.shapes) {
            const std::vector<outcome> found = sweep(box, claimed, s, o);
            for (std::size_t a = 0; a < claimed.size(); ++a)
                expect(found[a].holds() || found[a].trials == 0 || (found[a].worst.what == verdict::broken && found[a].worst.defect < tolerance(p)),
                       claimed[a].name + " by generators on " + std::to_string(s.rows) + " x " + std::to_string(s.cols) + ", " + name_of(found[a].kind) +
                           (p == precision::in_float ? " in float: " : " in double: ") + name_of(found[a].worst.what) + ", " + number(found[a].worst.defect) +
                           ", " + code(found[a].where));
        }
    }

    /// Each law as claimed, where blind implies carries and horizontal implies keeps.
    void shift_laws_hold(bool of_rows, shift_law law) {
        shift_errors d, f;
        auto worst = [](shift_errors& a, shift_errors const& b) {
            a = {std::fmax(a.blind, b.blind), std::fmax(a.horizontal, b.horizontal), std::fmax(a.carries, b.carries), std::fmax(a.keeps, b.keeps)};
        };
        for (shape s : solid) {
            worst(d, shift_law_errors(r.in_double, of_rows, s.rows, s.cols, options(s)));
            worst(f, shift_law_errors(r.in_float, of_rows, s.rows, s.cols, options(s)));
        }
        auto holds = [&](char const* name, bool claimed, double in_double, double in_float, double more = 1) {
            const std::string what = std::string(of_rows ? "rows, " : "columns, ") + name;
            if (!claimed) return large(what, in_double);
            small(what, in_double, precision::in_double, more);
            small(what, in_float, precision::in_float, more);
        };
        holds("blind", law.blind, d.blind, f.blind);
        holds("horizontal", law.horizontal, d.horizontal, f.horizontal);
        holds("carries", law.carries || law.blind, d.carries, f.carries);
        holds("keeps", law.keeps || law.horizontal, d.keeps, f.keeps, slope);
    }

    void degree_holds() {
        for (shape s : solid) {
            const std::string what = "degree " + number(c.degree) + " on " + text(s);
            if (!std::isnan(c.degree)) {
                for (double t : {1e-30, 1e-3, 1e30}) {
                    small(what, homogeneity_error(r.in_double, c.degree, t, s.rows, s.cols, options(s)).error, precision::in_double);
                    small(what, homogeneity_error(r.in_float, c.degree, t, s.rows, s.cols, options(s)).error, precision::in_float);
                }
            } else {
                for (double p : {0., 1.}) large("degree " + number(p), homogeneity_error(r.in_double, p, 1e-9, s.rows, s.cols, options(s)).error);
            }
        }
    }

    /// It reads the weight if it says so, and only then.
    void weight_is_read_as_said() {
        random_stream random(seed());
        const specimen like(wide.rows, wide.cols);
        const auto w = draw(like, 2, random);
        const auto g = draw(like, 1, random)[0];
        const double apart = distance(r.in_double(like)(w[0], g), r.in_double(like)(w[1], g));
        expect(c.reads_weight ? apart > teeth : apart == 0, c.reads_weight ? "does not read the weight" : "reads the weight");
    }

    /// In place, an item alone, a pair laid side by side: the same results, the first to the bit, the second where the device can.
    void blocks_are_apart(replay const& plain, replay const& in_place, precision p) {
        for (shape s : every) {
            random_stream random(seed());
            const specimen like(s.rows, s.cols, s.count, s.joined), one(s.rows, s.cols, 1, s.joined), whole(s.rows, s.cols * (s.joined ? 2 : 1));
            auto last = [&](specimen const& x) {
                specimen y = one;
                for_each_element(y, [&](index_t, index_t q, index_t i, index_t j) { y.panel(0, q)(i, j) = x.panel(s.count - 1, q)(i, j); });
                return y;
            };
            auto laid = [&](specimen const& x) {
                specimen y = whole;
                for_each_element(x, [&](index_t, index_t q, index_t i, index_t j) { y.panel(0, 0)(i, q * s.cols + j) = x.panel(0, q)(i, j); });
                return y;
            };
            const specimen w = draw(like, 1, random)[0];
            const run batch = plain(like), again = in_place(like), alone = plain(one), side = plain(whole);
            for (specimen const& g : draw(like, 3, random)) {
                const specimen u = batch(w, g), v = last(u);
                expect(u.values == again(w, g).values, "in place on " + text(s) + ": other bits");
                const specimen lone = alone(last(w), last(g));
                if (r.alone_to_the_bit) expect(v.values == lone.values, "one item of " + text(s) + ": other bits than alone");
                small("one item of " + text(s) + ", alone", distance(v, lone), p);
                small("a pair as one matrix, " + text(s), distance(laid(v), side(laid(last(w)), laid(last(g)))), p);
            }
        }
    }
};

}  // namespace

std::vector<std::string> broken(claim const& c, runs const& r) {
    battery b{c, r, {}};
    b.groups_hold();
    b.generators_hold(r.in_double, precision::in_double);
    b.generators_hold(r.in_float, precision::in_float);
    b.next_up_fails();
    b.shift_laws_hold(true, c.row_shift);
    b.shift_laws_hold(false, c.col_shift);
    b.degree_holds();
    b.weight_is_read_as_said();
    b.blocks_are_apart(r.in_double, r.in_place, precision::in_double);
    b.blocks_are_apart(r.in_float, r.in_place_float, precision::in_float);
    return std::move(b.wrong);
}

}  // namespace proof
