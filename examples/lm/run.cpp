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
