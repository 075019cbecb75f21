// SPDX-License-Identifier: MIT
#include "trials.hpp"
#include <fstream>

namespace sepnorm {

trials::trials(settings const& s, data const& from) : base(s), d(from), file(s.out / "sweep.jsonl") {
    std::filesystem::create_directories(s.out);
    std::ifstream lines(file);
    for (std::string text; std::getline(lines, text);) {
        const auto j = nlohmann::json::parse(text, nullptr, false);
        if (j.is_discarded() || j.at("settings") != what(j.at("side"))) continue;  // a line cut short, or another sweep's
        all.push_back({j.at("side"), j.at("exponent"), j.at("seed"), j.at("failed"), j.at("found"), j.at("seconds"), j.at("curve")});
    }
}

nlohmann::json trials::what(std::string const& side) const {
    nlohmann::json j = identity(side, base, d);
    j.erase("seed");
    return j;
}

nlohmann::json trials::line(trial const& x) const {
    return {{"side", x.side},   {"exponent", x.exponent}, {"seed", x.seed},   {"failed", x.failed},
            {"found", x.found}, {"seconds", x.seconds},   {"curve", x.curve}, {"settings", what(x.side)}};
}

trial* trials::find(std::string const& side, int exponent, unsigned seed) {
    for (auto& x : all)
        if (x.side == side && x.exponent == exponent && x.seed == seed) return &x;
    return nullptr;
}

bool trials::make(std::string const& side, int exponent, unsigned seed) {
    if (find(side, exponent, seed)) return true;
    settings s = base;
    s.rate = base.rate * std::exp2(exponent), s.seed = seed;
    std::fprintf(stderr, "%s, rates times %g, seed %u\n", side.c_str(), s.rate, seed);
    trial x{side, exponent, seed};
    const auto folder = base.out / "sweep" / (base.where + "-rate" + std::to_string(exponent) + "-seed" + std::to_string(seed));
    try {
        const run r = train(side, s, d, folder, true);
        if (!r.complete(s)) return false;
        x.found = r.found, x.seconds = r.seconds;
        for (auto const& p : r.curve) x.curve.push_back({p.step, p.validation});
    } catch (diverged const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        x.failed = true;
    }
    std::ofstream to(file, std::ios::app);
    if (!(to << line(x).dump() << std::endl)) throw std::runtime_error("could not write " + file.string());
    std::filesystem::remove(folder / (side + ".safetensors"));  // the line holds all that is read again
    all.push_back(x);
    return true;
}

int trials::best(std::string const& side, int low, int high) {
    int b = low;
    for (int e = low; e <= high; ++e)
        if (find(side, e, 1)->found.validation > find(side, b, 1)->found.validation) b = e;
    return b;
}

std::string trials::lines() const {
    std::string text;
    for (auto const& x : all) text += line(x).dump() + "\n";
    return text;
}

}  // namespace sepnorm
