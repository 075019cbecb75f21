// SPDX-License-Identifier: MIT
#pragma once
#include <training/checksum.hpp>
#include <training/optimizer.hpp>
#include <training/run.hpp>
#include <isotypic/model/safetensors.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

/// \file
/// A run on disk: one safetensors file of weights and optimizer state; its metadata hold the run, what it is a run of
/// and a checksum. Batches depend on seed and step alone, so nothing else is needed to go on bit by bit.

inline std::string checksum_of(isotypic::safetensors::file const& f) {
    std::string sums;
    for (auto const& [name, t] : f.tensors) sums += checksum({name, t.bytes});
    return checksum({sums});
}

/// Writes beside the file and renames, so that a file is whole or not there. Fills in the run's checksum.
inline void write_checkpoint(std::filesystem::path const& file, run& r, nlohmann::json const& what, optimizer const& o) {
    std::stringstream whole;
    o.save(whole);
    auto tensors = isotypic::safetensors::read(whole);
    r.checksum = checksum_of(tensors);
    tensors.about["run"] = nlohmann::json(r).dump();
    tensors.about["settings"] = what.dump();
    const std::filesystem::path fresh = file.string() + ".new";
    std::ofstream to(fresh, std::ios::binary);
    isotypic::safetensors::write(tensors, to);
    to.close();
    if (!to) throw std::runtime_error("could not write " + fresh.string());
    std::filesystem::rename(fresh, file);
}

/// Reads a run into an optimizer. Throws if the file is damaged or of other settings than `what`.
inline run read_checkpoint(std::filesystem::path const& file, nlohmann::json const& what, optimizer& o) {
    std::ifstream from(file, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(from), {}};
    std::istringstream first(all), second(all);
    const auto tensors = isotypic::safetensors::read(first);
    auto wrong = [&](std::string const& why) { return std::runtime_error(file.string() + " " + why); };
    if (!tensors.about.count("run") || !tensors.about.count("settings")) throw wrong("is no checkpoint of this program");
    const auto old = nlohmann::json::parse(tensors.about.at("settings"));
    for (auto const& [key, value] : what.items())
        if (old.value(key, nlohmann::json()) != value)
            throw wrong("was made with another " + key + ": " + old.value(key, nlohmann::json()).dump() + ", not " + value.dump());
    const run r = nlohmann::json::parse(tensors.about.at("run"));
    if (r.checksum != checksum_of(tensors)) throw wrong("is damaged: its checksum does not fit its contents");
    o.load(second);
    return r;
}
