// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/reproducer.hpp>
#include <ostream>

/// \file
/// The assertions. Each returns a finding that is true or false, with its numbers, and prints as a message of a few lines:
///
///     CHECK(check_equivariant(my_rule, embedding{}));                     // doctest, Catch2
///     EXPECT_TRUE(holds(check_equivariant(my_rule, embedding{})));        // GoogleTest, with check/gtest.hpp
///     require(check_equivariant(my_rule, embedding{}));                   // none: prints and aborts
///     require(check_equivariant<float, cuda>(my_part, embedding{}));      // a part on a GPU
///
/// my_rule is anything that `as_black_box` takes. Evidence, not proof: a rule that looks for special input escapes, and so does
/// one that is equivariant and wrong.
namespace isotypic {

/// A verdict over all actions that were asked for.
struct finding {
    bool expected = true;  ///< did the rule do what the assertion says?
    outcome worst;         ///< of the worst action; a failure's trial is the smallest that was found
    std::string action;    ///< its name
    std::string message;

    explicit operator bool() const { return expected; }
    friend std::ostream& operator<<(std::ostream& out, finding const& f) { return out << f.message; }
};

/// Prints a finding that is false and aborts.
inline void require(finding const& f) {
    if (f) return;
    std::fputs(f.message.c_str(), stderr);
    std::abort();
}

/// Where assertions look: ordinary and special inputs, thin shapes too. Add {0, 3} and {3, 0} for a rule that should stand them.
inline trial_options thorough() {
    trial_options o;
    o.shapes = {{4, 6}, {6, 4}, {5, 5}, {1, 5}, {5, 1}, {1, 1}};
    o.inputs.insert(o.inputs.end(), special_inputs.begin(), special_inputs.end());
    return o;
}

namespace detail {

inline finding judged(black_box const& rule, std::vector<action> const& actions, trial_options const& o) {
    std::vector<outcome> all(actions.size());
    index_t trials = 0;
    for (check_shape s : o.shapes) {
        const std::vector<outcome> here = sweep(rule, actions, s, o);
        for (std::size_t a = 0; a < all.size(); ++a) all[a].join(here[a]), trials += here[a].trials;
    }
    std::size_t worst = 0;
    for (std::size_t a = 1; a < all.size(); ++a) {
        const judgement &here = all[a].worst, &there = all[worst].worst;
        const int more = outcome::severity(here.what) - outcome::severity(there.what);
        if (more > 0 || (more == 0 && here.holds() && here.defect * there.noise > there.defect * here.noise)) worst = a;
    }
    if (all.empty() || trials == 0) throw error("isotypic: nothing to check: no action, no shape, or no kind of input");

    finding f{all[worst].holds(), all[worst], actions[worst].name, {}};
    if (f.expected)
        f.message = o.name + " holds: " + std::to_string(trials) + " trials, the worst under " + f.action + " " + number_text(f.worst.worst) + '\n';
    else
        f.message = failure_text(rule, actions[worst], f.worst, o);
    return f;
}

template <class G>
std::vector<action> actions_of(G const& g) {
    if constexpr (std::is_same_v<G, action>)
        return {g};
    else
        return actions_named_by<G>();
}

}  // namespace detail

/// f(gG) = g f(G) for the group of G, a block's symmetry or a single action (see `all_actions`); for a block that is known up
/// to a shift also f(G + 1c') = f(G), and f(G) centred.
template <class M = void, device D = cpu, class F, class G>
finding check_equivariant(F const& rule, G const& group, trial_options const& o = thorough()) {
    return detail::judged(as_black_box<M, D>(rule), detail::actions_of(group), o);
}

/// f(gG) = f(G). The result may be a number.
template <class M = void, device D = cpu, class F, class G>
finding check_invariant(F const& rule, G const& group, trial_options o = thorough()) {
    o.result_stays = true;
    return detail::judged(as_black_box<M, D>(rule), detail::actions_of(group), o);
}

/// Broken for certain: true only where a trial shows it.
template <class M = void, device D = cpu, class F, class G>
finding check_not_equivariant(F const& rule, G const& group, trial_options const& o = thorough()) {
    finding f = detail::judged(as_black_box<M, D>(rule), detail::actions_of(group), o);
    f.expected = f.worst.worst.what == verdict::broken;
    return f;
}

}  // namespace isotypic
