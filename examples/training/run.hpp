// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

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
    std::vector<std::vector<double>> load;  ///< of a mixture: [layer][expert] share of the choices on the validation part
    std::string checksum;                   ///< of the weights and the state

    bool complete(long steps) const { return step == steps; }
    double tokens_a_second(long tokens_a_step) const { return seconds > 0 ? double(step * tokens_a_step) / seconds : 0; }
    double optimizer_share() const { return seconds > 0 ? seconds_in_optimizer / seconds : 0; }
};

/// The loss or a gradient is not finite.
struct diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};
constexpr double diverged_loss = 1e9;  ///< stands for the loss of such a run

/// Set by Ctrl-C.
inline volatile std::sig_atomic_t interrupted = 0;

inline void finish_the_step_on_interrupt() {
    std::signal(SIGINT, [](int) {
        interrupted = 1;
        std::signal(SIGINT, SIG_DFL);  // a second one ends the program at once
    });
}

inline void to_json(nlohmann::json& j, run const& r) {
    j = {{"optimizer", r.optimizer},
         {"step", r.step},
         {"seconds", r.seconds},
         {"seconds_in_optimizer", r.seconds_in_optimizer},
         {"sum", r.sum},
         {"validation", r.validation},
         {"load", r.load},
         {"checksum", r.checksum},
         {"curve", nlohmann::json::array()}};
    for (auto const& p : r.curve) j["curve"].push_back({p.step, p.seconds, p.train, p.validation});
}

inline void from_json(nlohmann::json const& j, run& r) {
    j.at("optimizer").get_to(r.optimizer), j.at("step").get_to(r.step), j.at("seconds").get_to(r.seconds), j.at("sum").get_to(r.sum);
    j.at("seconds_in_optimizer").get_to(r.seconds_in_optimizer), j.at("validation").get_to(r.validation);
    j.at("load").get_to(r.load), j.at("checksum").get_to(r.checksum);
    r.curve.clear();
    for (auto const& p : j.at("curve")) r.curve.push_back({p.at(0), p.at(1), p.at(2), p.at(3)});
}
