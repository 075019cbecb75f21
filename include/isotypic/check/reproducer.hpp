// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/hint.hpp>
#include <isotypic/check/shrink.hpp>
#include <charconv>

/// \file
/// A failure in at most 15 lines: what fails and by how much, a hint, and the smallest trial as a program that repeats it on
/// any platform: numbers are printed so that they come back as they were.
namespace isotypic {
namespace detail {

inline std::string exact_text(double v) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, v).ptr};
}
inline std::string list_text(std::vector<double> const& x) {
    std::string all;
    for (double v : x) all += (all.empty() ? "" : ", ") + exact_text(v);
    return '{' + all + '}';
}

inline std::string code(generator const& g) {
    const std::string line = g.columns ? "column" : "row", i = std::to_string(g.i), j = std::to_string(g.j), c = exact_text(g.c);
    switch (g.what) {
        case generator::swap:
            return "swap_" + line + "s(" + i + ", " + j + ")";
        case generator::flip:
            return "flip_" + line + "(" + i + ")";
        case generator::rotation:
            return "rotate_" + line + "s(" + i + ", " + j + ", " + c + ", " + exact_text(g.s) + ")";
        case generator::dense:
            return "dense_" + line + "s(" + list_text(g.matrix) + ")";
        case generator::negate:
            return "minus_one()";
        case generator::transpose:
            return "transposition()";
        case generator::shift:
            return "shift_" + line + "s(" + i + ", " + c + ")";
        case generator::stretch:
            return "stretch_" + line + "(" + i + ", " + c + ")";
        case generator::scale:
            return "scale_all(" + c + ")";
        case generator::centre:
            return "centre_" + line + "s()";
    }
    return "";
}
inline std::string code(word const& w) {
    std::string all;
    for (generator const& g : w) all += (all.empty() ? "" : ", ") + code(g);
    return '{' + all + '}';
}

inline std::string number_text(judgement const& j) {
    char line[96] = "";
    if (j.step > 0) std::snprintf(line, sizeof line, " in step %td: defect %.2g, %.2g times the noise", j.step, j.defect, j.defect / j.noise);
    return std::string(name_of(j.what)) + line;
}

}  // namespace detail

/// A trial as a C++ expression.
inline std::string code(trial const& t) {
    std::string gradients;
    for (auto const& g : t.gradients) gradients += (gradients.empty() ? "" : ", ") + detail::list_text(g);
    return "isotypic::trial{" + std::to_string(t.rows) + ", " + std::to_string(t.cols) + ", " + detail::code(t.moves) + ", {" + gradients + "}" +
           (t.weight.empty() && !t.result_stays ? "" : ", " + detail::list_text(t.weight)) + (t.result_stays ? ", true" : "") + "}";
}

/// The message for an action that fails; the outcome's trial becomes the smallest that was found.
inline std::string failure_text(black_box const& rule, action const& a, outcome& failed, trial_options const& o) {
    const std::string found = std::string(name_of(failed.kind)) + ' ' + detail::shape_text(failed.where.rows, failed.where.cols);
    trial_options few = o;
    few.inputs = {input::gaussian};
    few.shapes.clear();
    for (check_shape s : o.shapes)
        if (s.rows > 1 && s.cols > 1 && few.shapes.size() < 3) few.shapes.push_back(s);
    if (few.shapes.empty()) few.shapes = o.shapes;
    const symmetry_table table = probe(rule, few);
    if (failed.worst.what != verdict::undecidable) {
        failed.where = shrunk(rule, a, failed, o.smallest);
        failed.worst = judge(rule, failed.where);
    }
    const std::string why = hint(rule, a.name, failed.worst.what, table, o);
    std::string holds;
    for (std::size_t c = 0; c < table.actions.size(); ++c) {
        bool all = true;
        for (auto const& row : table.cells) all = all && row[c].holds();
        if (all) holds += (holds.empty() ? "" : ", ") + table.actions[c].name;
    }
    std::string text = o.name + " under " + a.name + " is " + detail::number_text(failed.worst) + '\n';
    text += "  first seen on: " + found + "; smallest: " + detail::shape_text(failed.where.rows, failed.where.cols) + '\n';
    text += "  holds for: " + (holds.empty() ? "nothing that was probed" : holds) + '\n';
    if (!why.empty()) text += "  hint: " + why + '\n';
    text += "  replay, with `using namespace isotypic`:\n    judge(as_black_box(rule), " + code(failed.where) + ");\n";
    return text;
}

}  // namespace isotypic
