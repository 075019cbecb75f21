// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/lattice.hpp>
#include <isotypic/check/sweep.hpp>

/// \file
/// The symmetry table of any rule: every known action against shapes.
///
///     std::puts(text(probe(my_rule)).c_str());      // text, markdown, json and html are in table.hpp
///
/// Large shapes are probed with few evaluations: one random element of each action, two steps, one kind of input.
namespace isotypic {

/// What `probe` found.
struct symmetry_table {
    std::string rule;
    std::vector<action> actions;
    std::vector<check_shape> shapes;
    std::vector<std::vector<outcome>> cells;  ///< one row of outcomes for each shape, in the order of `actions`
    std::vector<outcome> special, extreme;    ///< at the first shape, on `special_inputs` and `extreme_inputs`; empty for large shapes

    /// One character for each action: '=' holds, 'x' broken, '?' undecidable, '!' not finite or not repeatable.
    static std::string marks(std::vector<outcome> const& row) {
        std::string all;
        for (outcome const& o : row) all += o.holds() ? '=' : o.worst.what == verdict::broken ? 'x' : o.worst.what == verdict::undecidable ? '?' : '!';
        return all;
    }
    /// What speaks against the table by group theory alone: a sign of too few draws, or of a fault in the checker.
    std::vector<std::string> contradictions() const {
        std::vector<std::string> lines;
        for (std::size_t s = 0; s < shapes.size(); ++s)
            for (auto const& [a, b] : isotypic::contradictions(marks(cells[s])))
                lines.push_back(shape(s) + ": '" + actions[a].name + "' holds and '" + actions[b].name + "' does not, though it follows");
        return lines;
    }
    std::string shape(std::size_t s) const { return detail::shape_text(shapes[s].rows, shapes[s].cols); }
};

/// As `symmetry_table` says. Options: shapes, inputs, draws, steps, seed, name.
inline symmetry_table probe(black_box const& rule, trial_options o = {}) {
    symmetry_table t{o.name, all_actions(), o.shapes, {}, {}, {}};
    bool large = false;
    for (check_shape s : o.shapes) large = large || s.rows * s.cols > 1024;
    if (large) o.repeats = o.draws = 1, o.steps = 2, o.nudges = 1, o.inputs = {input::gaussian};
    for (check_shape s : o.shapes) t.cells.push_back(sweep(rule, t.actions, s, o));
    if (large || o.shapes.empty()) return t;
    o.inputs = special_inputs;
    t.special = sweep(rule, t.actions, o.shapes[0], o);
    o.inputs = extreme_inputs;
    t.extreme = sweep(rule, t.actions, o.shapes[0], o);
    return t;
}
template <class M = void, class F>
    requires(!std::is_same_v<F, black_box>)
symmetry_table probe(F const& rule, trial_options const& o = {}) { return probe(as_black_box<M>(rule), o); }

}  // namespace isotypic
