// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/matrix/scalar.hpp>
#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// \file
/// The positions of a sequence cut into labelled classes, each with a core of its own:
///
///     first(1, batch_norm{}, "CLS")             positions 0 .. 0
///     next(4, rms_norm{}, "registers")          those after the class before
///     at({7, 9}, rms_norm{}, "masks")           a list
///     rest(layer_norm{}, "patches")             what no other class takes
///
/// Every position belongs to exactly one class and no class is empty; an error names the class that breaks this.
namespace isotypic {

/// What a class takes of the positions there are.
struct position_choice {
    enum { first, next, listed, rest } how;
    index_t count;
    std::vector<index_t> list;
    std::string label;
};

template <class Core>
struct position_class {
    Core core;
    position_choice where;
};

template <class Core>
position_class<Core> first(index_t count, Core core, std::string label = "first") {
    return {core, {position_choice::first, count, {}, std::move(label)}};
}
template <class Core>
position_class<Core> next(index_t count, Core core, std::string label = "next") {
    return {core, {position_choice::next, count, {}, std::move(label)}};
}
template <class Core>
position_class<Core> at(std::vector<index_t> positions, Core core, std::string label = "listed") {
    return {core, {position_choice::listed, index_t(positions.size()), std::move(positions), std::move(label)}};
}
template <class Core>
position_class<Core> rest(Core core, std::string label = "rest") {
    return {core, {position_choice::rest, 0, {}, std::move(label)}};
}

/// The positions of one class, ascending.
struct taken_positions {
    std::vector<index_t> at;
    index_t step = 1;  ///< from each to the next; 0 where that differs
};

/// Cuts `length` positions by the choices: owner[i] is the class of position i. Throws in the name of `what`.
inline void cut_positions(std::string const& what, std::span<position_choice const> choices, index_t length, std::vector<index_t>& owner,
                          std::span<taken_positions> taken) {
    auto text = [&](std::size_t k) { return "isotypic: " + what + ": class " + choices[k].label; };
    auto take = [&](std::size_t k, index_t i) {
        if (i < 0 || i >= length)
            throw error(text(k) + " takes position " + std::to_string(i) + ", and the input has " + std::to_string(length) + " positions");
        index_t& who = owner[std::size_t(i)];
        if (who == index_t(k)) throw error(text(k) + " takes position " + std::to_string(i) + " twice");
        if (who >= 0) throw error(text(k) + " takes position " + std::to_string(i) + ", which class " + choices[std::size_t(who)].label + " has taken");
        who = index_t(k);
    };
    owner.assign(std::size_t(length), -1);
    index_t end = 0;
    for (std::size_t k = 0; k < choices.size(); ++k) {
        auto const& c = choices[k];
        if (c.how == position_choice::rest) continue;
        if (c.count < 1) throw error(text(k) + " is empty");
        if (c.how == position_choice::listed)
            for (index_t i : c.list) take(k, i);
        else
            for (index_t i = 0, from = c.how == position_choice::first ? 0 : end; i < c.count; ++i) take(k, from + i);
        end = length;
        while (owner[std::size_t(end - 1)] != index_t(k)) --end;
    }
    for (std::size_t k = 0; k < choices.size(); ++k) {
        if (choices[k].how == position_choice::rest) std::replace(owner.begin(), owner.end(), index_t{-1}, index_t(k));
        auto& t = taken[k];
        t.at.clear();
        for (index_t i = 0; i < length; ++i)
            if (owner[std::size_t(i)] == index_t(k)) t.at.push_back(i);
        if (t.at.empty()) throw error(text(k) + " is empty: the others take all " + std::to_string(length) + " positions");
        t.step = t.at.size() > 1 ? t.at[1] - t.at[0] : 1;
        for (std::size_t m = 1; m < t.at.size(); ++m)
            if (t.at[m] - t.at[m - 1] != t.step) t.step = 0;
    }
    for (index_t i = 0; i < length; ++i)
        if (owner[std::size_t(i)] < 0)
            throw error("isotypic: " + what + ": position " + std::to_string(i) + " of " + std::to_string(length) + " belongs to no class");
}

}  // namespace isotypic
