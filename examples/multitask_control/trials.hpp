// SPDX-License-Identifier: MIT
#pragma once
#include "settings.hpp"
#include <map>
#include <nlohmann/json_fwd.hpp>

/// \file
/// The finished runs of a sweep, a line of a file each, so that no run is made twice.
namespace multitask_control {

nlohmann::json described(experiment const& e);
nlohmann::json described(finding const& f);

class trials {
public:
    settings base;

    /// Reads the file, in OUT, if it is there.
    trials(settings const& s, std::string const& lines_file);

    /// Runs what has not been run, several at a time; false when interrupted.
    bool make(std::string const& what, std::vector<experiment> const& all);
    finding const& at(experiment const& e) const;
    /// A line each, in this order.
    std::string lines(std::vector<experiment> const& all) const;

private:
    std::map<std::string, finding> known;
    std::filesystem::path file;
    long finished = 0;
};

}  // namespace multitask_control
