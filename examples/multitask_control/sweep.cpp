// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include "pictures.hpp"
#include "tables.hpp"
#include <training/files.hpp>
#include <cstdio>

namespace multitask_control {
namespace {

constexpr unsigned tuning_seed = 1000, before_first = 10;  // seeds with which nothing was chosen follow
const std::vector<double> rates{1e-3, 3e-3, 3e-4};

std::vector<experiment> grid(variant const& v, settings const& s) {
    plan size = s.size;
    size.iterations = (std::max)(size.iterations / 3, Index(1)), size.points = 1;
    std::vector<experiment> all;
    for (double rate : rates) all.push_back({v, rate, tuning_seed, size});
    return all;
}

}  // namespace

bool sweep(settings const& s) {
    trials runs(s, "sweep.jsonl");
    std::vector<experiment> tuning, final;
    for (variant const& v : variants)
        for (auto const& e : grid(v, s)) tuning.push_back(e);
    if (!runs.make("tuning", tuning)) return false;

    std::vector<compared> all;
    for (variant const& v : variants) {
        double most = -1;
        compared c;
        for (auto const& e : grid(v, s))
            if (const double mean = worst(runs.at(e).curve.back(), 0); mean > most) most = mean, c.first = {v, e.rate, s.seed + before_first, s.size};
        all.push_back(c);
    }
    for (unsigned i = 0; i < s.seeds; ++i)
        for (compared const& c : all) final.push_back(c.first), final.back().seed += i;
    if (!runs.make("comparison", final)) return false;
    for (std::size_t i = 0; i < final.size(); ++i) all[i % all.size()].seeds.push_back(runs.at(final[i]));

    const std::string found = tables(all);
    const std::filesystem::path results = s.smoke ? s.out : MULTITASK_CONTROL_FOLDER "/results";
    write(results / "trials.jsonl", runs.lines(tuning) + runs.lines(final));
    write(results / "success.svg", success_picture(all)), write(results / "gradients.svg", gradient_picture(all));
    const char* pictures = "\n![Success over training](results/success.svg)\n\n![Condition numbers over training](results/gradients.svg)\n";
    if (!s.smoke) replace_between(MULTITASK_CONTROL_FOLDER "/README.md", "sweep", found + pictures);
    write(s.out / "sweep.md", found);
    std::printf("%s", found.c_str());
    return true;
}

}  // namespace multitask_control
