// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include <training/chart.hpp>

namespace {

constexpr auto test_of = [](trial const& x) { return x.test; };
constexpr auto validation_of = [](trial const& x) { return x.validation; };

/// "1.6388 (1.6309 to 1.6508)"
template <class F>
std::string with_range(comparison& c, variant const& v, char const* format, F const& of) {
    const int e = c.best.at(v.name());
    const auto [least, most] = c.runs.range(v, e, of);
    return chart::text(format, c.runs.mean(v, e, of), least, most);
}

/// v's test loss less other's, seed by seed.
std::string less(comparison& c, variant const& v, variant const& other) {
    if (v == other) return "";
    return with_range(c, v, "%+.4f (%+.4f to %+.4f)", [&](trial const& x) { return x.test - c.runs.find(other, c.best.at(other.name()), x.seed)->test; });
}

std::string losses(comparison& c, variant const& v) {
    return with_range(c, v, " %.4f (%.4f to %.4f) |", test_of) + chart::text(" %.4f |", c.runs.mean(v, c.best.at(v.name()), validation_of));
}

}  // namespace

std::string norm_table(comparison& c) {
    settings const& s = c.runs.base;
    std::string md = "| optimizer | norm | rates times | decay | test loss, mean (range) | validation loss | less `plain`, seed by seed | tokens/s |\n";
    md += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (variant const& v : c.norms) {
        variant const* plain = c.tuned("plain", v.optimizer);
        const int e = c.best.at(v.name());
        md += chart::text("| %s | `%s` | %s | %.2g |", v.optimizer.c_str(), v.norm.c_str(), chart::power_of_two(e).c_str(), v.decay) + losses(c, v);
        md += chart::text(" %s | %.0f |\n", (plain ? less(c, v, *plain) : "").c_str(), c.runs.mean(v, e, [](trial const& x) { return x.speed; }));
    }
    return md + chart::text("\nText: %s. %u seeds, %ld steps of %ld bytes, rates times %s to %s for all, decay from %g a step.\n", c.runs.t.name.c_str(),
                            s.seeds, s.steps, s.tokens_a_step(), chart::power_of_two(c.low).c_str(), chart::power_of_two(c.high).c_str(), s.decay);
}

std::string decay_table(comparison& c) {
    std::string md = "| optimizer | norm | scales that decay | test loss, mean (range) | validation loss | less `in`, seed by seed |\n";
    md += "| --- | --- | --- | --- | --- | --- |\n";
    for (variant const& first : c.norms) {
        if (first.norm != "plain" && first.norm != "unified") continue;
        for (std::string const which : {"in", "out", "both", "none"}) {
            variant v = first, in = first;
            v.scale_decay = which, in.scale_decay = "in";
            std::string same;  // without a scale behind its maps, plain has two of the four
            if (!v.scales().out && which == "out") continue;
            if (!v.scales().out && which != "none") v.scale_decay = "in", same = ", `both`";
            if (!v.scales().out && which == "none") same = ", `out`";
            if (!v.scales().out && which == "both") continue;
            if (!c.best.count(v.name()) || !c.best.count(in.name())) continue;
            md += chart::text("| %s | `%s` | `%s`%s |", v.optimizer.c_str(), v.norm.c_str(), v.scale_decay.c_str(), same.c_str());
            md += losses(c, v) + chart::text(" %s |\n", less(c, v, in).c_str());
        }
    }
    return md;
}

std::string reading_table(comparison& c) {
    std::string md = "| optimizer | scales of `unified` | test loss, mean (range) | validation loss | less `product`, seed by seed |\n";
    md += "| --- | --- | --- | --- | --- |\n";
    for (variant const& first : c.norms) {
        if (first.norm != "unified") continue;
        for (auto const& r : pretrain::readings) {
            variant v = first;
            v.reading = r.first;
            md += chart::text("| %s | `%s` |", v.optimizer.c_str(), r.first) + losses(c, v) + chart::text(" %s |\n", less(c, v, first).c_str());
        }
    }
    return md;
}
