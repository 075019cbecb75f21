// SPDX-License-Identifier: MIT
#pragma once
#include "trials.hpp"
#include <map>

/// \file
/// The whole comparison, in three parts:
///
///     rates     every norm and optimizer with rates times a common grid of powers of two, 1/2 to 4, by seed 1; widened by one for all
///               where one is best at its edge. At the best, a third of the decay; a ninth if that is better, else three times it. The
///               least validation loss wins, and is repeated with the other seeds
///     decays    plain and unified at that rate and decay, with every distinct choice of scales that decay
///     readings  unified at that rate and decay, with every other way to store its scales
///
/// The test part is read for the winners, decays and readings alone. OUT/sweep.jsonl gets a line a finished run and is what a second
/// call goes on from; tables go to OUT/sweep.md and, at full size, between their marks in the README; pictures and trials to results/.
struct comparison {
    trials runs;
    std::vector<variant> norms, decays, readings;  ///< decays and readings: beside the default
    std::map<std::string, int> best;               ///< by variant::name(), the exponent
    int low = 0, high = 0;                         ///< of the grid

    /// The tuned variant of `norms`, if it is there.
    variant const* tuned(std::string const& norm, std::string const& optimizer) const {
        for (variant const& v : norms)
            if (v.norm == norm && v.optimizer == optimizer) return &v;
        return nullptr;
    }
    /// As it stood in the grid of rates.
    variant in_grid(variant v) const {
        v.decay = runs.base.decay;
        return v;
    }
};

/// Returns false when interrupted.
bool sweep(settings const& s, text const& t);

/// Markdown.
std::string norm_table(comparison& c);
std::string decay_table(comparison& c);
std::string reading_table(comparison& c);

/// SVG files: curves and rates on the left for AdamW, on the right for the stack; the test losses.
std::string curve_picture(comparison& c);
std::string rate_picture(comparison& c);
std::string loss_picture(comparison& c);

/// How pictures show a norm.
std::string colour(std::string const& norm);
