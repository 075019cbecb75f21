// SPDX-License-Identifier: MIT
#pragma once
#include "train.hpp"
#include <nlohmann/json_fwd.hpp>
#include <map>

/// \file
/// The finished runs of a sweep, a line of a file each, so that no run is made twice.
namespace decision_focused {

class trials {
public:
    settings base;

    /// Reads the file, in OUT, if it is there.
    trials(settings const& s, std::string const& lines_file);

    /// Runs what has not been run, several at a time; false when interrupted.
    bool make(std::string const& what, std::vector<experiment> const& all);
    outcome const& at(experiment const& e) const;
    /// A line each, in this order; with the seconds it took, or with what does not depend on a machine.
    std::string lines(std::vector<experiment> const& all, bool seconds) const;

private:
    std::map<std::string, outcome> known;
    std::filesystem::path file;
    long finished = 0;

    static nlohmann::json what(experiment const& e);
    static nlohmann::json line(experiment const& e, outcome const& o, bool seconds);
};

}  // namespace decision_focused
