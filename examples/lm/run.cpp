// SPDX-License-Identifier: MIT
#include "run.hpp"
#include <cmath>

load_metrics metrics(std::vector<std::vector<double>> const& load) {
    load_metrics mean;
    for (auto const& f : load) {
        const double n = double(f.size()), even = 1 / n;
        double variance = 0, entropy = 0, dead = 0, top = 0;
        for (double x : f) {
            variance += (x - even) * (x - even) / n;
            if (x > 0) entropy -= x * std::log(x) / std::log(n);
            dead += x < 0.1 * even ? 1 / n : 0;
            top = std::max(top, x);
        }
        const double layers = double(load.size());
        mean.cv += std::sqrt(variance) / even / layers, mean.entropy += entropy / layers, mean.dead += dead / layers, mean.top += top / layers;
    }
    return mean;
}

void to_json(nlohmann::json& j, run const& r) {
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

void from_json(nlohmann::json const& j, run& r) {
    j.at("optimizer").get_to(r.optimizer), j.at("step").get_to(r.step), j.at("seconds").get_to(r.seconds), j.at("sum").get_to(r.sum);
    j.at("seconds_in_optimizer").get_to(r.seconds_in_optimizer), j.at("validation").get_to(r.validation);
    j.at("load").get_to(r.load), j.at("checksum").get_to(r.checksum);
    r.curve.clear();
    for (auto const& p : j.at("curve")) r.curve.push_back({p.at(0), p.at(1), p.at(2), p.at(3)});
}
