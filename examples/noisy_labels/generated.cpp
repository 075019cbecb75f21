// SPDX-License-Identifier: MIT
#include "generated.hpp"
#include "tables.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>
#include <array>

namespace noisy_labels {
namespace {

const std::array<noise, 4> levels{noise{0, false, true}, noise{40, false, true}, noise{60, false, true}, noise{80, false, true}};

struct row {
    std::string title;
    loss with;
    std::array<double, 4> reference;  ///< accuracy in percent at each level
};
const std::vector<row> table{{"`ce`", {"ce", {}}, {92.9, 63.2, 47.4, 25.8}},
                             {"`gce`, q 0.7", {"gce", {0.7}}, {93.2, 87.1, 72.7, 34.2}},
                             {"`mae`", {"mae", {}}, {93.6, 91.0, 86.0, 54.5}},
                             {"`sgce`, q 0.1", {"sgce", {0.1}}, {94.0, 90.6, 82.0, 46.5}},
                             {"`sgce`, q 0.3", {"sgce", {0.3}}, {93.6, 89.7, 79.5, 44.4}},
                             {"`sgce`, q 0.7", {"sgce", {0.7}}, {93.4, 90.3, 83.1, 52.5}},
                             {"`alpha_mae`, alpha 0.1", {"alpha_mae", {0.1}}, {93.9, 92.2, 90.1, 63.0}},
                             {"`alpha_mae`, alpha 0.3", {"alpha_mae", {0.3}}, {93.6, 91.5, 87.4, 59.9}},
                             {"`unhinged` of unit scores", {"unhinged", {}, 1}, {93.7, 83.7, 66.0, 29.1}},
                             {"0.5 `unhinged` + 0.5 `mae`", {"mixture", {0.5}}, {72.2, 72.6, 65.0, 40.6}}};

std::string set_of(unsigned seed) { return "gaussians " + std::to_string(seed); }

}  // namespace

bool generated(settings const& s) {
    std::map<std::string, data> sets;
    for (unsigned seed = 1; seed <= s.seeds; ++seed)
        sets.emplace(set_of(seed), gaussians{10, 20, s.smoke ? 200 : 2000, 0, s.smoke ? 500 : 5000, 1.3, 1.5}.draw(seed));
    trials all(s, sets, "generated.jsonl");
    auto run = [&](row const& r, noise n, unsigned seed) { return experiment{{set_of(seed), "mlp", s.smoke ? 2 : 120}, r.with, 2e-3, 0, n, seed, true}; };
    std::vector<experiment> plan;
    for (unsigned seed = 1; seed <= s.seeds; ++seed)
        for (noise n : levels)
            for (row const& r : table) plan.push_back(run(r, n, seed));
    if (!all.make("generated", plan)) return false;

    std::string md = "| test accuracy, % |", bar = "\n| --- |";
    for (noise n : levels) md += chart::text(" %d %% | reference |", n.percent), bar += " --- | --- |";
    md += bar + "\n";
    for (row const& r : table) {
        md += chart::text("| %s |", r.title.c_str());
        for (std::size_t j = 0; j < levels.size(); ++j) {
            std::vector<double> x;
            for (unsigned seed = 1; seed <= s.seeds; ++seed) x.push_back(all.at(run(r, levels[j], seed)).test);
            md += chart::text(" %.1f ± %.1f | %.1f |", 100 * over(x).mean, 100 * over(x).deviation, r.reference[j]);
        }
        md += "\n";
    }
    write((s.smoke ? s.out : NOISY_LABELS_FOLDER "/results") / std::filesystem::path("generated-trials.jsonl"), all.lines(plan));
    if (!s.smoke) replace_between(NOISY_LABELS_FOLDER "/README.md", "generated", md);
    write(s.out / "generated.md", md);
    std::printf("%s", md.c_str());
    return true;
}

}  // namespace noisy_labels
