// SPDX-License-Identifier: MIT
#pragma once
#include "autoencoder.hpp"
#include "optimizer.hpp"
#include "run.hpp"
#include <training/checksum.hpp>
#include <isotypic/model/checkpoint.hpp>
#include <fstream>
#include <sstream>

/// \file
/// A run on disk: one safetensors file of weights and optimizer state; its metadata hold the run, the settings, the running
/// statistics and a checksum. Batches and masks depend on seed and step alone, so nothing else is needed to go on bit by bit.
namespace sepnorm {

inline nlohmann::json running_json(encoder<float>& e) {
    nlohmann::json j = nlohmann::json::array();
    e.for_each_norm([&](norm<float>& n) {
        if (auto* r = n.running()) j.push_back({r->mean, r->variance});
    });
    return j;
}

inline std::string checksum_of(isotypic::safetensors::file const& f) {
    std::string sums;
    for (auto const& [name, t] : f.tensors) sums += checksum({name, t.bytes});
    return checksum({sums, f.about.at("running")});
}

/// Writes beside the file and renames, so that a file is whole or not there. Fills in the run's checksum.
inline void write_checkpoint(std::filesystem::path const& file, run& r, nlohmann::json const& what, autoencoder<float>& net, optimizer const& o) {
    std::stringstream whole;
    isotypic::save(o.stack, whole);
    auto tensors = isotypic::safetensors::read(whole);
    tensors.about["running"] = running_json(net.encode).dump();
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

/// Reads a run into a model and its optimizer. Throws if the file is damaged or of other settings.
inline run read_checkpoint(std::filesystem::path const& file, nlohmann::json const& what, autoencoder<float>& net, optimizer& o) {
    std::ifstream from(file, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(from), {}};
    std::istringstream first(all), second(all);
    const auto tensors = isotypic::safetensors::read(first);
    auto wrong = [&](std::string const& why) { return std::runtime_error(file.string() + " " + why); };
    for (char const* key : {"run", "settings", "running"})
        if (!tensors.about.count(key)) throw wrong("is no checkpoint of this program");
    const auto old = nlohmann::json::parse(tensors.about.at("settings"));
    for (auto const& [key, value] : what.items())
        if (old.value(key, nlohmann::json()) != value)
            throw wrong("was made with another " + key + ": " + old.value(key, nlohmann::json()).dump() + ", not " + value.dump());
    const run r = nlohmann::json::parse(tensors.about.at("run"));
    if (r.checksum != checksum_of(tensors)) throw wrong("is damaged: its checksum does not fit its contents");
    isotypic::load(o.stack, second);
    const auto running = nlohmann::json::parse(tensors.about.at("running"));
    std::size_t i = 0;
    net.encode.for_each_norm([&](norm<float>& n) {
        if (auto* to = n.running()) running.at(i).at(0).get_to(to->mean), running.at(i++).at(1).get_to(to->variance);
    });
    return r;
}

}  // namespace sepnorm
