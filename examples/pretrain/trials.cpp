// SPDX-License-Identifier: MIT
#include "trials.hpp"
#include <fstream>

trials::trials(settings const& s, text const& some) : base(s), t(some) {
    std::ifstream from(base.out / "sweep.jsonl");
    for (std::string one; std::getline(from, one);) {
        const auto j = nlohmann::json::parse(one, nullptr, false);
        if (j.is_discarded()) continue;  // a line cut short
        const variant v{j.at("norm"), j.at("optimizer"), j.at("reading"), j.at("scale_decay"), j.at("decay")};
        if (j.at("settings") != identity_of(v)) continue;  // another sweep's
        const trial x{v, j.at("exponent"), j.at("seed"), j.at("validation"), j.at("test"), j.at("tokens_per_second"), j.at("curve")};
        if (trial* old = find(v, x.exponent, x.seed))
            *old = x;
        else
            all.push_back(x);
    }
}

trial* trials::find(variant const& v, int exponent, unsigned seed) {
    for (auto& x : all)
        if (x.what == v && x.exponent == exponent && x.seed == seed) return &x;
    return nullptr;
}

bool trials::make(variant const& v, int exponent, unsigned seed, bool test) {
    trial* x = find(v, exponent, seed);
    if (x && (!test || x->test >= 0)) return true;
    const settings s = with(exponent, seed);
    const auto file = checkpoint(v, exponent, seed);
    if (!x) x = &all.emplace_back(trial{v, exponent, seed});
    std::fprintf(stderr, "%s, rates times %g, a decay of %g, seed %u\n", v.name().c_str(), s.rate, v.decay, seed);
    try {
        const run r = train(s, v, t, file, true);
        if (!r.complete(s.steps)) return false;
        x->validation = r.validation, x->speed = r.tokens_a_second(s.tokens_a_step()), x->curve.clear();
        for (auto const& p : r.curve) x->curve.push_back({p.step, p.validation});
        if (test) x->test = loss_of(file, s, v, t, t.test()), forget(v, exponent, seed);
    } catch (diverged const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        x->validation = diverged_loss;
        if (test) x->test = diverged_loss;
    }
    append(*x);
    return true;
}

nlohmann::json trials::identity_of(variant const& v) const {
    nlohmann::json j = identity(base, v, t);
    j.erase("seed");
    return j;
}

nlohmann::json trials::line(trial const& x) const {
    return {{"norm", x.what.norm},
            {"optimizer", x.what.optimizer},
            {"reading", x.what.reading},
            {"scale_decay", x.what.scale_decay},
            {"decay", x.what.decay},
            {"exponent", x.exponent},
            {"seed", x.seed},
            {"validation", x.validation},
            {"test", x.test},
            {"tokens_per_second", x.speed},
            {"curve", x.curve},
            {"settings", identity_of(x.what)}};
}

std::string trials::lines() const {
    std::string some;
    for (auto const& x : all) some += line(x).dump() + "\n";
    return some;
}

std::filesystem::path trials::checkpoint(variant const& v, int exponent, unsigned seed) const {
    return base.out / "sweep" /
           (v.file() + "-" + nlohmann::json(v.decay).dump() + "-rate" + std::to_string(exponent) + "-seed" + std::to_string(seed) + ".safetensors");
}

void trials::append(trial const& x) const {
    std::filesystem::create_directories(base.out);
    std::ofstream to(base.out / "sweep.jsonl", std::ios::app);
    if (!(to << line(x).dump() << std::endl)) throw std::runtime_error("could not write " + (base.out / "sweep.jsonl").string());
}
