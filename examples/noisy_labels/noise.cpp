// SPDX-License-Identifier: MIT
#include "noise.hpp"
#include "streams.hpp"

namespace noisy_labels {

int mistaken_for(data const& d, int i) {
    constexpr int fashion[] = {6, 1, 4, 3, 4, 7, 6, 9, 8, 5}, digits[] = {0, 1, 7, 8, 4, 6, 5, 1, 8, 9};
    if (d.name == "Fashion-MNIST") return fashion[i];
    if (d.name == "UCI digits") return digits[i];
    return (i + 1) % int(d.classes);
}

noisy::noisy(data const& d, noise n, unsigned seed) : train(d.train.label), validation(d.validation.label) {
    auto random = stream(seed, purpose::noise);
    if (n.drawn) {
        for (auto* part : {&train, &validation})
            for (int& y : *part)
                if (random.below(100) < n.percent) y = int((y + 1 + random.below(d.classes - 1)) % d.classes);
        return;
    }
    for (int i = 0; i < d.classes; ++i) {
        std::vector<int*> members;
        auto collect = [&](std::vector<int> const& clean, std::vector<int>& to) {
            for (std::size_t k = 0; k < to.size(); ++k)
                if (clean[k] == i) members.push_back(&to[k]);
        };
        collect(d.train.label, train), collect(d.validation.label, validation);
        shuffle(members, random);
        const std::size_t share = members.size() * std::size_t(n.percent) / 100,
                          each = members.size() * std::size_t(n.percent) / std::size_t(100 * (d.classes - 1));
        std::size_t next = 0;
        for (int j = 0; j < d.classes; ++j) {
            const std::size_t flips = j == i ? 0 : !n.asymmetric ? each : j == mistaken_for(d, i) ? share : 0;
            for (std::size_t k = 0; k < flips; ++k) *members[next++] = j;
        }
    }
}

}  // namespace noisy_labels
