// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <training/run.hpp>
#include <training/text.hpp>

/// How evenly a layer's experts are used, from their shares f (arXiv 2605.18106's diagnostics).
struct load_metrics {
    double cv = 0;       ///< std(f) / mean(f)
    double entropy = 0;  ///< of f, over log E
    double dead = 0;     ///< share of experts with f < 0.1 / E
    double top = 0;      ///< max f
};
/// Their means over layers.
load_metrics metrics(std::vector<std::vector<double>> const& load);

/// Trains one optimizer into `folder`, from its checkpoint if there is one and `resume` is set. Ends early, with a
/// checkpoint, when `interrupted` is set. Throws `diverged`, and isotypic::error or std::runtime_error on a checkpoint of other settings.
run train(std::string const& optimizer, settings const& s, text const& t, std::filesystem::path const& folder, bool resume);

/// The loss on a part of the text of the run whose checkpoint this is.
double loss_of(std::filesystem::path const& checkpoint, settings const& s, text const& t, std::string const& name, bytes part);

/// What must be the same for a run to go on.
nlohmann::json identity(std::string const& optimizer, settings const& s, text const& t);
