// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <nn/config.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What is asked for on the command line.
struct settings {
    std::string text, model = "dense";
    std::vector<std::string> optimizers;
    std::filesystem::path out;
    long steps = 600, batch = 16, stop_after = 0, threads = 0;
    unsigned seed = 1, seeds = 3;
    double rate = 1;                      ///< multiplies all rates of an optimizer
    std::map<std::string, double> times;  ///< multiplies a role's rate
    double balance = 0.01;                ///< weight of a mixture's balance loss
    bool smoke = false, resume = false, sweep = false, tune = false;

    nn::config shape() const {
        nn::config c;
        if (smoke) c.width = 32, c.layers = 2, c.heads = 2, c.length = 32, c.hidden = 64;
        if (model == "moe") c = nn::mixture_of_experts(c), c.balance = balance;
        return c;
    }
    long tokens_a_step() const { return batch * shape().length; }
};

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

/// What a checkpoint and a report say about a run.
inline nlohmann::json about(settings const& s) {
    const nn::config c = s.shape();
    return {{"model", s.model},
            {"times", s.times},
            {"steps", s.steps},
            {"batch", s.batch},
            {"seed", s.seed},
            {"rate", s.rate},
            {"length", c.length},
            {"width", c.width},
            {"layers", c.layers},
            {"heads", c.heads},
            {"hidden", c.hidden},
            {"experts", c.experts},
            {"chosen", c.experts ? c.chosen : 0},
            {"balance", c.balance}};
}
