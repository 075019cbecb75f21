// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include "report.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>

namespace {

/// A finished run, as a line of the file has it.
struct trial {
    std::string model, optimizer;
    int exponent = 0;  ///< rates times 2^exponent
    unsigned seed = 0;
    double validation = 0, test = -1, cv = 0, speed = 0, share = 0;
    std::vector<std::pair<long, double>> curve = {};  ///< step and validation loss
};

nlohmann::json line(trial const& x, nlohmann::json const& what) {
    return {{"model", x.model},           {"optimizer", x.optimizer}, {"exponent", x.exponent}, {"seed", x.seed},
            {"validation", x.validation}, {"test", x.test},           {"load_cv", x.cv},        {"tokens_per_second", x.speed},
            {"optimizer_share", x.share}, {"curve", x.curve},         {"settings", what}};
}

/// The trials of one model and what they were made with.
struct table {
    settings base;
    text const& t;
    std::vector<trial> trials;
    std::filesystem::path file = base.out / "sweep.jsonl";

    settings with(int exponent, unsigned seed) const {
        settings s = base;
        s.rate = base.rate * std::exp2(exponent), s.seed = seed;
        return s;
    }
    std::filesystem::path folder(int exponent, unsigned seed) const {
        return base.out / "sweep" / (base.model + "-rate" + std::to_string(exponent) + "-seed" + std::to_string(seed));
    }
    nlohmann::json what(std::string const& optimizer) const {
        nlohmann::json j = identity(optimizer, base, t);
        j.erase("seed");
        return j;
    }
    void read() {
        std::ifstream from(file);
        for (std::string text; std::getline(from, text);) {
            const auto j = nlohmann::json::parse(text, nullptr, false);
            if (j.is_discarded() || j.at("settings") != what(j.at("optimizer"))) continue;  // a line cut short, or another sweep's
            trial x{j.at("model"),   j.at("optimizer"),         j.at("exponent"),        j.at("seed"), j.at("validation"), j.at("test"),
                    j.at("load_cv"), j.at("tokens_per_second"), j.at("optimizer_share"), j.at("curve")};
            if (trial* old = find(x.optimizer, x.exponent, x.seed))
                *old = x;
            else
                trials.push_back(x);
        }
    }
    trial* find(std::string const& optimizer, int exponent, unsigned seed) {
        for (auto& x : trials)
            if (x.optimizer == optimizer && x.exponent == exponent && x.seed == seed) return &x;
        return nullptr;
    }
    void append(trial const& x) {
        std::ofstream to(file, std::ios::app);
        if (!(to << line(x, what(x.optimizer)).dump() << std::endl)) throw std::runtime_error("could not write " + file.string());
    }

    /// False when interrupted.
    bool make(std::string const& optimizer, int exponent, unsigned seed) {
        if (find(optimizer, exponent, seed)) return true;
        const settings s = with(exponent, seed);
        std::fprintf(stderr, "%s, %s, rates times %g, seed %u\n", s.model.c_str(), optimizer.c_str(), s.rate, seed);
        trial x{s.model, optimizer, exponent, seed};
        try {
            const run r = train(optimizer, s, t, folder(exponent, seed), true);
            if (!r.complete(s.steps)) return false;
            x.validation = r.validation, x.cv = metrics(r.load).cv, x.speed = r.tokens_a_second(s.tokens_a_step()), x.share = r.optimizer_share();
            for (auto const& p : r.curve) x.curve.push_back({p.step, p.validation});
        } catch (diverged const& e) {
            std::fprintf(stderr, "%s\n", e.what());
            x.validation = diverged_loss;
        }
        append(x), trials.push_back(x);
        return true;
    }
    template <class F>
    double mean(std::string const& optimizer, int exponent, F const& of) {
        double sum = 0;
        for (unsigned seed = 1; seed <= base.seeds; ++seed) sum += of(*find(optimizer, exponent, seed));
        return sum / base.seeds;
    }
    template <class F>
    std::pair<double, double> range(std::string const& optimizer, int exponent, F const& of) {
        std::pair<double, double> all(1e300, -1e300);
        for (unsigned seed = 1; seed <= base.seeds; ++seed) {
            const double y = of(*find(optimizer, exponent, seed));
            all = {std::min(all.first, y), std::max(all.second, y)};
        }
        return all;
    }
    int best(std::string const& optimizer, int low, int high) {
        auto loss = [&](int e) { return mean(optimizer, e, [](trial const& x) { return x.validation; }); };
        int b = low;
        for (int e = low; e <= high; ++e)
            if (loss(e) < loss(b)) b = e;
        return b;
    }
    /// Rows of the optimizers at their best factor.
    std::string rows(int low, int high) {
        std::string md = "| optimizer | rates times | test loss, mean (range) | validation loss |";
        std::string bar = "\n| --- | --- | --- | --- |";
        if (base.model == "moe") md += " router load CV |", bar += " --- |";
        md += " tokens/s | optimizer's share |" + bar + " --- | --- |\n";
        std::vector<std::pair<double, std::string>> order;
        for (auto const& name : base.optimizers) {
            const int e = best(name, low, high);
            auto m = [&](auto of) { return mean(name, e, of); };
            for (unsigned seed = 1; seed <= base.seeds; ++seed) {
                trial& x = *find(name, e, seed);
                if (x.test < 0) x.test = loss_of(folder(e, seed) / (name + ".safetensors"), with(e, seed), t, name, t.test()), append(x);
            }
            auto with_range = [&](char const* format, auto of) {
                const auto [least, most] = range(name, e, of);
                return chart::text(format, m(of), least, most);
            };
            md += chart::text("| %s | %g |", name.c_str(), std::exp2(e) * base.rate);
            md += with_range(" %.4f (%.4f to %.4f) |", [](trial const& x) { return x.test; });
            md += chart::text(" %.4f |", m([](trial const& x) { return x.validation; }));
            if (base.model == "moe") md += with_range(" %.3f (%.3f to %.3f) |", [](trial const& x) { return x.cv; });
            md += chart::text(" %.0f | %.1f %% |\n", m([](trial const& x) { return x.speed; }), 100 * m([](trial const& x) { return x.share; }));
            order.push_back({m([](trial const& x) { return x.test; }), name});
        }
        std::sort(order.begin(), order.end());
        md += "\nOn the test part `" + order[0].second + "` is";
        for (std::size_t i = 1; i < order.size(); ++i)
            md += chart::text("%s %.4f below `%s`", i > 1 ? "," : "", order[i].first - order[0].first, order[i].second.c_str());
        return md + chart::text(". Text: %s. %u seeds, %ld steps of %ld bytes, rates times %s to %s for all.\n", t.name.c_str(), base.seeds, base.steps,
                                base.tokens_a_step(), chart::power_of_two(low).c_str(), chart::power_of_two(high).c_str());
    }
    /// Mean and range over the seeds, added to a curve at x.
    template <class F>
    void add(series& to, double x, std::string const& optimizer, int exponent, F const& of) {
        to.points.push_back({x, mean(optimizer, exponent, of)}), to.range.push_back(range(optimizer, exponent, of));
    }
    /// Left the validation loss against steps at the best factor, right after the last step against the factor.
    std::string picture(int low, int high) {
        std::vector<series> by_step, by_factor;
        for (auto const& name : base.optimizers) {
            const int e = best(name, low, high);
            series a{title(name), colour(name), {}}, b = a;
            for (std::size_t i = 0; i < find(name, e, 1)->curve.size(); ++i)
                add(a, double(find(name, e, 1)->curve[i].first), name, e, [i](trial const& x) { return x.curve[i].second; });
            for (int x = low; x <= high; ++x) add(b, x, name, x, [](trial const& one) { return one.validation; });
            by_step.push_back(a), by_factor.push_back(b);
        }
        const frame left{.x_name = "step", .y_name = "validation loss, nats a byte", .width = 560, .skip = 0.2};
        const frame right{
            .x_name = "rates times", .y_name = "after the last step", .width = 560, .skip = 0, .most = 0.5, .powers_of_two = true, .named = false};
        return chart::file(560, 420, {chart::curves(left, by_step), chart::curves(right, by_factor)});
    }
    /// The trials as they stand, a line each.
    std::string lines() const {
        std::string all;
        for (auto const& x : trials) all += line(x, what(x.optimizer)).dump() + "\n";
        return all;
    }
    /// Checkpoints that are not of a best point are of no further use.
    void tidy(int low, int high) {
        for (auto const& name : base.optimizers)
            for (int e = low; e <= high; ++e)
                for (unsigned seed = 1; seed <= base.seeds; ++seed)
                    if (e != best(name, low, high)) std::filesystem::remove(folder(e, seed) / (name + ".safetensors"));
    }
};

}  // namespace

bool sweep(settings const& s, text const& t) {
    std::filesystem::create_directories(s.out);
    const int furthest = s.smoke ? 1 : 6;
    std::string all;
    for (std::string const model : {"dense", "moe"}) {
        table x{s, t, {}};
        x.base.model = model;
        x.read();
        int low = s.smoke ? -1 : -2, high = -low;
        for (bool wide = false; !wide;) {
            for (unsigned seed = 1; seed <= s.seeds; ++seed)
                for (int e = low; e <= high; ++e)
                    for (auto const& name : s.optimizers)
                        if (!x.make(name, e, seed)) return false;
            bool at_low = false, at_high = false;
            for (auto const& name : s.optimizers) at_low |= x.best(name, low, high) == low, at_high |= x.best(name, low, high) == high;
            at_low &= low > -furthest, at_high &= high < furthest;
            low -= at_low, high += at_high, wide = !at_low && !at_high;
        }
        const std::string rows = x.rows(low, high);
        x.tidy(low, high);
        all += "### " + model + "\n\n" + rows + "\n";
        const std::filesystem::path results = s.smoke ? s.out : LM_FOLDER "/results";
        write(results / (model + ".svg"), x.picture(low, high)), write(results / (model + ".jsonl"), x.lines());
        if (!s.smoke) replace_between(LM_FOLDER "/README.md", "sweep of " + model, rows);
    }
    write(s.out / "sweep.md", all);
    std::printf("%s", all.c_str());
    return true;
}
