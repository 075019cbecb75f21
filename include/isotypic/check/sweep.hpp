// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/inputs.hpp>
#include <isotypic/check/known_actions.hpp>
#include <isotypic/check/judge.hpp>

/// \file
/// Many trials of a rule under actions, and what they come to: broken if one is broken, undecidable only if none could be decided.
namespace isotypic {

/// rows x cols of a gradient; either may be 0.
struct check_shape {
    index_t rows, cols;
};

/// How trials are drawn. Elements: the first two are generators, later ones random words.
struct trial_options {
    std::uint64_t seed = isotypic::seed();
    std::vector<check_shape> shapes{{4, 6}, {6, 4}, {5, 5}};
    check_shape smallest{1, 1};  ///< no failure is shrunk below this, for a rule that cannot be run there
    std::vector<input> inputs = generic_inputs;
    int repeats = 2;                ///< trials' gradients and weights for each kind of input
    int draws = 8;                  ///< elements for each of them; a single one is a random word
    index_t steps = 3;              ///< gradients of a trial
    bool result_stays = false;      ///< asks for f(gG) = f(G)
    int nudges = 2;                 ///< measurements of the noise; each one runs all steps again
    std::string name = "the rule";  ///< what messages call it
};

/// The verdict on one action: the worst numbers with that verdict, and the first trial that led to it.
struct outcome {
    judgement worst{verdict::undecidable};
    trial where;
    input kind = input::gaussian;
    index_t trials = 0, undecided = 0;

    bool holds() const { return worst.holds(); }

    void see(judgement const& j, trial const& t, input k) {
        const int before = trials == 0 ? -1 : severity(worst.what), now = severity(j.what);
        if (now > before) where = t, kind = k;
        if (now > before || (now == before && j.defect * worst.noise > worst.defect * j.noise)) worst = j;
        ++trials;
        undecided += j.what == verdict::undecidable ? 1 : 0;
    }
    void join(outcome const& o) {
        const index_t all = trials + o.trials, lost = undecided + o.undecided;
        if (o.trials > 0) see(o.worst, o.where, o.kind);
        trials = all, undecided = lost;
    }

    /// Broken outweighs not finite, since that may be a matter of the input alone.
    static int severity(verdict v) {
        constexpr int ranks[] = {1, 2, 4, 0, 3, 5};  // in the order of `verdict`
        return ranks[std::size_t(v)];
    }
};

namespace detail {

inline trial drawn_trial(black_box const& rule, check_shape s, input kind, index_t steps, random_stream& random) {
    trial t{s.rows, s.cols};
    for (index_t k = 0; k < steps; ++k) t.gradients.push_back(drawn(kind, s.rows, s.cols, rule.unit > 0x1p-30, random).values);
    if (rule.reads_weight) t.weight = drawn(kind, s.rows, s.cols, rule.unit > 0x1p-30, random).values;
    return t;
}

}  // namespace detail

/// One outcome for every action, at one shape.
inline std::vector<outcome> sweep(black_box const& rule, std::vector<action> const& actions, check_shape shape, trial_options const& o) {
    std::vector<outcome> outcomes(actions.size());
    for (input kind : o.inputs) {
        random_stream random(o.seed);
        for (int repeat = 0; repeat < o.repeats; ++repeat) {
            trial t = detail::drawn_trial(rule, shape, kind, o.steps, random);
            t.result_stays = o.result_stays;
            const detail::plain_run plain(rule, t, o.nudges);
            for (std::size_t a = 0; a < actions.size(); ++a)
                for (int draw = 0; draw < o.draws; ++draw) {
                    t.moves = actions[a].sample(shape.rows, shape.cols, o.draws == 1 ? 3 : draw, random);
                    std::optional<judgement> j = plain.under(t.moves);
                    if (!j) continue;
                    if (j->what == verdict::broken && outcomes[a].worst.what != verdict::broken && o.nudges > 1) j = judge(rule, t);  // be sure
                    outcomes[a].see(*j, t, kind);
                }
        }
    }
    return outcomes;
}

}  // namespace isotypic
