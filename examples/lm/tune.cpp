// SPDX-License-Identifier: MIT
#include "tune.hpp"
#include "rates.hpp"
#include <training/chart.hpp>

namespace {

double loss(std::string const& name, settings const& s, text const& t) {
    std::string folder = s.model;
    for (auto const& [role, factor] : s.times)
        if (factor != 1) folder += chart::text("-%s%g", role.c_str(), factor);
    try {
        return train(name, s, t, s.out / "tune" / folder, true).validation;
    } catch (diverged const&) {
        return diverged_loss;
    }
}

}  // namespace

bool tune(settings const& s, text const& t) {
    for (auto const& name : s.optimizers) {
        settings now = s;
        double least = loss(name, now, t);
        for (auto [role, rate] : all_roles) {
            if ((s.model == "moe") != (rate == &rates::router)) continue;
            const double begin = s.times.count(role) ? s.times.at(role) : 1;
            double best = begin;
            for (int trial = 0; trial < 2 && !interrupted; ++trial) {
                now.times[role] = begin * (trial == 0 ? 2 : best > begin ? 4 : 0.5);
                const double found = loss(name, now, t);
                if (interrupted) break;
                std::printf("%-10s %-10s times %-5g %.4f%s\n", name.c_str(), role, now.times[role], found, found < least ? ", better" : "");
                if (found < least) least = found, best = now.times[role];
            }
            now.times[role] = best;
        }
        if (interrupted) return false;
        std::printf("%s: %.4f with", name.c_str(), least);
        for (auto [role, rate] : all_roles) std::printf(" %s %g", role, rates_of(name, now).*rate);
        std::printf("\n"), std::fflush(stdout);
    }
    return true;
}
