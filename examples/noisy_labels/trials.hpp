// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"
#include <nlohmann/json_fwd.hpp>
#include <atomic>

/// \file
/// The finished runs of a sweep, a line of a file each, so that no run is made twice.
namespace noisy_labels {

class trials {
public:
    settings base;
    std::map<std::string, data> const& sets;

    /// Reads the file, in OUT, if it is there.
    trials(settings const& s, std::map<std::string, data> const& by_name, std::string const& lines_file);

    /// Runs what has not been run, several at a time; false when interrupted.
    bool make(std::string const& what, std::vector<experiment> const& all);
    outcome const& at(experiment const& e) const;
    /// A line each, in this order.
    std::string lines(std::vector<experiment> const& all) const;

private:
    std::map<std::string, outcome> known;
    std::filesystem::path file;
    long finished = 0;

    nlohmann::json what(experiment const& e) const;
    nlohmann::json line(experiment const& e, outcome const& o) const;
};

}  // namespace noisy_labels
