// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/normalization/arguments.hpp>
#include <isotypic/normalization/branch_list.hpp>
#include <isotypic/normalization/effective_weight.hpp>

/// \file
/// What a layer of branches asks of its arguments before it writes: each throws in the name of the layer, with the branch and the shapes.
namespace isotypic::detail {

[[noreturn]] inline void refuse_branch(std::string const& name, std::size_t b, std::string const& why) {
    throw error("isotypic: " + name + ": branch " + std::to_string(b) + ": " + why);
}

/// The branches against an input of this many features.
template <class T, class In, class Out, class Branches>
void require_branches(std::string const& name, Branches const& branches, index_t inputs, bool by_heads) {
    if (!list_size(branches)) throw error("isotypic: " + name + ": no branch");
    for (std::size_t b = 0; b < list_size(branches); ++b) {
        auto const& w = list_item(branches, b);
        static_assert(std::is_same_v<typename std::remove_cvref_t<decltype(w.weight)>::value_type, T>, "isotypic: weights hold numbers of the input's type");
        if (w.weight.cols != inputs)
            refuse_branch(name, b, "the weight is " + shape_text(w.weight.rows, w.weight.cols) + ", and the input has " + std::to_string(inputs) + " features");
        const std::string wrong = misfit<In, Out>(w, w.weight.rows, inputs);
        if (!wrong.empty()) refuse_branch(name, b, wrong);
        if (by_heads && (w.heads < 1 || w.weight.rows % w.heads))
            refuse_branch(name, b, std::to_string(w.weight.rows) + " outputs cannot be cut into " + std::to_string(w.heads) + " equal heads");
    }
}

/// Gradients or tangents against the branches.
template <class In, class Out, class Branches, class Others>
void require_like(std::string const& name, Branches const& branches, Others const& others, char const* what) {
    if (list_size(others) != list_size(branches))
        throw error("isotypic: " + name + ": " + std::to_string(list_size(branches)) + " branches, and the " + what + " of " +
                    std::to_string(list_size(others)));
    for (std::size_t b = 0; b < list_size(branches); ++b) {
        auto const& w = list_item(branches, b).weight;
        const std::string wrong = misfit<In, Out>(list_item(others, b), w.rows, w.cols);
        if (!wrong.empty()) refuse_branch(name, b, std::string("in the ") + what + ", " + wrong);
    }
}

/// Results, their gradients or tangents against input and branches.
template <class T, class Branches, class Y>
void require_results(std::string const& name, blocks<T> const& x, Branches const& branches, Y& results, char const* what) {
    if (list_size(results) != list_size(branches))
        throw error("isotypic: " + name + ": " + std::to_string(list_size(branches)) + " branches, and the " + what + " of " +
                    std::to_string(list_size(results)));
    for (std::size_t b = 0; b < list_size(branches); ++b) {
        const auto y = as_blocks(list_item(results, b));
        static_assert(std::is_same_v<typename std::remove_cvref_t<decltype(y)>::value_type, std::remove_const_t<T>>,
                      "isotypic: results hold numbers of the input's type");
        const index_t outputs = list_item(branches, b).weight.rows;
        if (y.joined || y.count != x.count || y.rows() != x.rows() || y.cols() != outputs)
            refuse_branch(name, b,
                          std::string("the ") + what + " is " + axes_text(y) + ", the input " + axes_text(x) + ", and there are " +
                              std::to_string(outputs) + " outputs");
    }
}

/// Results that are to be written, against each other.
template <class Y>
void require_apart(std::string const& name, Y& results) {
    for (std::size_t b = 0; b < list_size(results); ++b)
        for (std::size_t c = 0; c < b; ++c)
            if (overlap(as_blocks(list_item(results, b)), as_blocks(list_item(results, c))))
                throw error("isotypic: " + name + ": branches " + std::to_string(c) + " and " + std::to_string(b) + " are given the same memory for their results");
}

}  // namespace isotypic::detail
