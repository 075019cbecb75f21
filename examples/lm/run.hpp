// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include "text.hpp"
#include <csignal>

/// \file
/// One training run and what is known of it.

struct point {
    long step = 0;
    double seconds = 0;                ///< of training, evaluation left out
    double train = 0, validation = 0;  ///< nats a byte; train: the mean since the point before
};

struct run {
    std::string optimizer;
    long step = 0;
    double seconds = 0, seconds_in_optimizer = 0;
    double sum = 0;  ///< of the training loss since the last point
    std::vector<point> curve;
    double validation = 0;                  ///< over the whole part, after the last step
    std::vector<std::vector<double>> load;  ///< [layer][expert] share of the choices on the validation part
    std::string checksum;                   ///< of the weights and the state

    bool complete(settings const& s) const { return step == s.steps; }
    double tokens_a_second(settings const& s) const { return seconds > 0 ? double(step * s.tokens_a_step()) / seconds : 0; }
    double optimizer_share() const { return seconds > 0 ? seconds_in_optimizer / seconds : 0; }
};

/// How evenly a layer's experts are used, from their shares f (arXiv 2605.18106's diagnostics).
struct load_metrics {
    double cv = 0;       ///< std(f) / mean(f)
    double entropy = 0;  ///< of f, over log E
    double dead = 0;     ///< share of experts with f < 0.1 / E
    double top = 0;      ///< max f
};
/// Their means over layers.
load_metrics metrics(std::vector<std::vector<double>> const& load);

/// The loss or a gradient is not finite.
struct diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};
constexpr double diverged_loss = 1e9;  ///< stands for the loss of such a run

/// Trains one optimizer into `folder`, from its checkpoint if there is one and `resume` is set. Ends early, with a
/// checkpoint, when `interrupted` is set. Throws `diverged`, and isotypic::error or std::runtime_error on a checkpoint of other settings.
run train(std::string const& optimizer, settings const& s, text const& t, std::filesystem::path const& folder, bool resume);

/// The loss on a part of the text of the run whose checkpoint this is.
double loss_of(std::filesystem::path const& checkpoint, settings const& s, text const& t, std::string const& name, bytes part);

void to_json(nlohmann::json&, run const&);
void from_json(nlohmann::json const&, run&);

/// Set by Ctrl-C.
extern volatile std::sig_atomic_t interrupted;
