// SPDX-License-Identifier: MIT
#pragma once
#include "config.hpp"
#include <nlohmann/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace sepnorm {

/// What is asked for on the command line.
struct settings {
    std::string images, labels, where = "final";
    std::vector<std::string> sides;  ///< the names of `kind`
    std::filesystem::path out;
    long steps = 1500, batch = 128, probe_images = 20000, stop_after = 0, threads = 0;
    unsigned seed = 1, seeds = 3;
    double rate = 1;  ///< multiplies all rates
    bool smoke = false, resume = false, sweep = false;

    config shape(std::string const& side) const {
        config c;
        if (smoke) c.patch = 7, c.visible = 6, c.width = 16, c.layers = 2, c.heads = 2, c.hidden = 24, c.decoder = 24;
        const kind k = side == "shared" ? kind::shared : side == "untied" ? kind::untied : kind::separate;
        c.last_norm = k;
        if (where == "all") c.layer_norm = k;
        return c;
    }
};

/// Reads the command line, or ends the program with a message.
settings read_settings(int argc, char** argv);

/// What a checkpoint and a report say about a run, but for its side.
inline nlohmann::json about(settings const& s) {
    const config c = s.shape("shared");
    return {{"where", s.where},    {"steps", s.steps},   {"batch", s.batch}, {"probe_images", s.probe_images},
            {"seed", s.seed},      {"rate", s.rate},     {"patch", c.patch}, {"visible", c.visible},
            {"width", c.width},    {"layers", c.layers}, {"heads", c.heads}, {"hidden", c.hidden},
            {"decoder", c.decoder}};
}

}  // namespace sepnorm
