// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include "tables.hpp"
#include <training/files.hpp>
#include <cstdio>

namespace noisy_labels {
namespace {

constexpr noise tuning_noise{60};
constexpr unsigned tuning_seed = 0;
const std::vector<double> rates{2e-3, 5e-4, 8e-3}, decays{0, 1};

std::vector<experiment> grid(task const& t, std::string const& name, bool smoke) {
    std::vector<experiment> all;
    for (double rate : smoke ? std::vector<double>{2e-3, 8e-3} : rates)
        for (double decay : decays)
            for (loss const& l : choices(name)) all.push_back({t, l, rate, decay, tuning_noise, tuning_seed, false});
    return all;
}

/// Reads the data sets that are there, and says which are not.
std::map<std::string, data> read(settings const& s, std::vector<task>& what) {
    std::map<std::string, data> sets;
    for (task const& t : s.smoke ? smoke_tasks : tasks) {
        try {
            if (!sets.count(t.data)) sets.emplace(t.data, read_data(t.data, s));
            what.push_back(t);
        } catch (std::runtime_error const& e) {
            std::fprintf(stderr, "left out: %s\n", e.what());
        }
    }
    if (what.empty()) throw std::runtime_error("no data set is left");
    return sets;
}

/// The tasks take turns, so that the time left is known early.
template <class F>
std::vector<experiment> in_turn(std::vector<task> const& what, F const& of) {
    std::vector<std::vector<experiment>> each;
    std::size_t most = 0;
    for (task const& t : what) each.push_back(of(t)), most = (std::max)(most, each.back().size());
    std::vector<experiment> all;
    for (std::size_t i = 0; i < most; ++i)
        for (auto const& some : each)
            if (i < some.size()) all.push_back(some[i]);
    return all;
}

}  // namespace

bool sweep(settings const& s) {
    std::vector<task> what;
    const auto sets = read(s, what);
    std::vector<noise> levels{{0}, {20}, {40}, {60}, {80}, {40, true}};
    if (s.smoke) levels = {{0}, {40}, {60}, {80}, {40, true}};
    comparison c{trials(s, sets, "sweep.jsonl"), what, levels};

    const auto tuning = in_turn(what, [&](task const& t) {
        std::vector<experiment> all;
        for (auto const& name : loss_names())
            for (auto const& e : grid(t, name, s.smoke)) all.push_back(e);
        return all;
    });
    if (!c.runs.make("tuning", tuning)) return false;
    for (task const& t : what)
        for (auto const& name : loss_names()) {
            chosen best{{}, -1};
            for (auto const& e : grid(t, name, s.smoke))
                if (const double v = c.runs.at(e).validation; v > best.validation) best = {e, v};
            c.best[t.name()].push_back(best);
        }
    const auto final = in_turn(what, [&](task const& t) {
        std::vector<experiment> all;
        for (noise n : levels)
            for (unsigned seed = 1; seed <= s.seeds; ++seed)
                for (auto const& best : c.best[t.name()]) all.push_back(c.of(best, n, seed));
        return all;
    });
    if (!c.runs.make("comparison", final)) return false;

    const std::string found = tables(c);
    const std::filesystem::path results = s.smoke ? s.out : NOISY_LABELS_FOLDER "/results";
    write(results / "trials.jsonl", c.runs.lines(tuning) + c.runs.lines(final)), write(results / "accuracy.svg", picture(c));
    if (!s.smoke) replace_between(NOISY_LABELS_FOLDER "/README.md", "sweep", found + "\n![Test accuracy against noise](results/accuracy.svg)\n");
    write(s.out / "sweep.md", found);
    std::printf("%s", found.c_str());
    return true;
}

}  // namespace noisy_labels
