// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include <training/files.hpp>
#include <algorithm>

namespace {

/// The rate of least validation loss, by seed 1.
int best_of(comparison& c, variant const& v) {
    int best = c.low;
    for (int e = c.low; e <= c.high; ++e)
        if (c.runs.find(v, e, 1)->validation < c.runs.find(v, best, 1)->validation) best = e;
    return best;
}

bool all_seeds(comparison& c, variant const& v) {
    for (unsigned seed = 1; seed <= c.runs.base.seeds; ++seed)
        if (!c.runs.make(v, c.best.at(v.name()), seed, true)) return false;
    return true;
}

/// False when interrupted.
bool tune(comparison& c, int furthest) {
    for (bool wide = false; !wide;) {
        for (variant const& v : c.norms)
            for (int e = c.low; e <= c.high; ++e)
                if (!c.runs.make(v, e, 1, false)) return false;
        bool at_low = false, at_high = false;
        for (variant const& v : c.norms) at_low |= best_of(c, v) == c.low, at_high |= best_of(c, v) == c.high;
        at_low &= c.low > -furthest, at_high &= c.high < furthest;
        c.low -= at_low, c.high += at_high, wide = !at_low && !at_high;
    }
    for (variant& v : c.norms) {
        const int e = c.best[v.name()] = best_of(c, v);
        double least = c.runs.find(v, e, 1)->validation;
        variant other = v;
        for (double factor : {1.0 / 3, 1.0 / 9}) {
            if (factor < 0.3 && v.decay == c.runs.base.decay) factor = 3;
            other.decay = factor * c.runs.base.decay;
            if (!c.runs.make(other, e, 1, false)) return false;
            const double loss = c.runs.find(other, e, 1)->validation;
            c.runs.forget(loss < least ? v : other, e, 1);
            if (loss < least) least = loss, v = other;
        }
    }
    return true;
}

/// Variants beside the defaults, at the default's rate.
void plan(comparison& c) {
    for (variant const& v : c.norms) {
        auto add = [&](std::vector<variant>& to, variant other) { to.push_back(other), c.best[other.name()] = c.best.at(v.name()); };
        const pretrain::placement p = v.scales();
        if (v.norm != "plain" && v.norm != "unified") continue;
        for (std::string const which : {"in", "out", "both", "none"})
            if (which != v.scale_decay && (p.out || which == "none")) add(c.decays, {v.norm, v.optimizer, v.reading, which, v.decay});
        for (auto const& r : pretrain::readings)
            if (v.norm == "unified" && r.first != v.reading) add(c.readings, {v.norm, v.optimizer, r.first, v.scale_decay, v.decay});
    }
}

constexpr char const* pictures = R"(
![Test loss of every norm, mean and range over seeds](results/losses.svg)

![Validation loss against steps, mean and range over seeds](results/curves.svg)

![Validation loss of seed 1 at every factor of the rates](results/rates.svg)
)";

}  // namespace

bool sweep(settings const& s, text const& t) {
    comparison c{trials(s, t), {}, {}, {}, {}, s.smoke ? 0 : -1, s.smoke ? 1 : 2};
    for (auto const& optimizer : s.optimizers)
        for (auto const& norm : s.norms) c.norms.push_back(s.make(norm, optimizer));
    if (!tune(c, s.smoke ? 1 : 4)) return false;
    plan(c);
    for (auto const* some : {&c.norms, &c.decays, &c.readings})
        for (variant const& v : *some)
            if (!all_seeds(c, v)) return false;
    for (variant const& v : c.norms)
        for (int e = c.low; e <= c.high; ++e) c.runs.forget(v, e, 1), c.runs.forget(c.in_grid(v), e, 1);

    const std::filesystem::path results = s.smoke ? s.out : PRETRAIN_FOLDER "/results";
    write(results / "curves.svg", curve_picture(c)), write(results / "rates.svg", rate_picture(c)), write(results / "losses.svg", loss_picture(c));
    write(results / "trials.jsonl", c.runs.lines());
    std::string all;
    for (auto const& [mark, rows] : {std::pair{"norms", norm_table(c)}, std::pair{"decays", decay_table(c)}, std::pair{"readings", reading_table(c)}}) {
        all += rows + "\n";
        if (!s.smoke) replace_between(PRETRAIN_FOLDER "/README.md", mark, rows + (mark == std::string("norms") ? pictures : ""));
    }
    write(s.out / "sweep.md", all);
    std::printf("%s", all.c_str());
    return true;
}
