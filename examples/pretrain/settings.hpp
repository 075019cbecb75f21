// SPDX-License-Identifier: MIT
#pragma once
#include <pretrain/weights.hpp>
#include <nlohmann/json.hpp>
#include <filesystem>

/// What tells one run of a comparison from another, seed and rate apart.
struct variant {
    std::string norm, optimizer, reading = "product", scale_decay;  ///< reading: of unified alone
    double decay = 0;                                               ///< the share that a weight loses in a step at the full rate

    /// "unified, stack", and what is not the default.
    std::string name() const;
    /// The same for a file, "unified-stack".
    std::string file() const;
    pretrain::placement scales() const;
    bool operator==(variant const&) const = default;
};

/// What is asked for on the command line.
struct settings {
    std::string text;
    std::vector<std::string> norms, optimizers;
    std::string reading = "product", scale_decay;  ///< scale_decay: empty for each norm's default
    std::string device = "cpu";                    ///< of the optimizer's step
    std::filesystem::path out;
    long steps = 300, batch = 16, stop_after = 0, threads = 0;
    unsigned seed = 1, seeds = 3;
    double rate = 1;  ///< multiplies all rates of an optimizer
    double decay = 1e-3;
    bool smoke = false, resume = false, sweep = false;

    pretrain::config shape(variant const& v) const;
    long length() const { return smoke ? 32 : pretrain::config{}.length; }
    long tokens_a_step() const { return batch * length(); }
    /// With the norm's own decay, where none is asked for.
    variant make(std::string const& norm, std::string const& optimizer) const;
};

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

/// What must be the same for a run to go on, the text apart.
nlohmann::json about(settings const& s, variant const& v);
