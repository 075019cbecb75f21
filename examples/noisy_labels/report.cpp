// SPDX-License-Identifier: MIT
#include "report.hpp"
#include <nlohmann/json.hpp>
#include <training/counter.hpp>
#include <training/on_threads.hpp>
#include "trials.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>
#include <training/run.hpp>
#include <mutex>

namespace noisy_labels {
namespace {

struct fixed {
    loss with;
    double rate, decay;
};
const std::vector<fixed> settings_of{{{"ce", {}}, 2e-3, 1},
                                     {{"mae", {}, 4}, 8e-3, 0},
                                     {{"gce", {0.7}}, 5e-4, 1},
                                     {{"sce", {0.1, 1}, 16}, 8e-3, 1},
                                     {{"nce_rce", {1, 10}}, 2e-3, 1},
                                     {{"nce_agce", {0, 1, 4, 0.2}, 4}, 5e-4, 0},
                                     {{"anl_ce", {5, 5, 5e-5}}, 2e-3, 0},
                                     {{"sgce", {0.7}, 16}, 2e-3, 1},
                                     {{"alpha_mae", {1}, 4}, 5e-4, 1},
                                     {{"unhinged", {}, 1}, 8e-3, 1}};

struct result {
    experiment made;
    outcome found;
};

std::string csv(std::vector<result> const& all) {
    std::string text = "loss,epoch,validation\n";
    for (auto const& r : all)
        for (std::size_t k = 0; k < r.found.curve.size(); ++k) text += chart::text("%s,%zu,%.6f\n", r.made.with.name.c_str(), k + 1, r.found.curve[k]);
    return text;
}

nlohmann::json json(data const& d, std::vector<result> const& all) {
    nlohmann::json j = {{"samples", {{"name", d.name}, {"checksum", d.checksum}}}, {"runs", nlohmann::json::array()}};
    for (auto const& [made, found] : all)
        j["runs"].push_back({{"loss", made.with.name},
                             {"numbers", made.with.numbers},
                             {"rate", made.rate},
                             {"decay", made.decay},
                             {"noise", made.wrong.percent},
                             {"asymmetric", made.wrong.asymmetric},
                             {"seed", made.seed},
                             {"net", made.what.net},
                             {"epochs", made.what.epochs},
                             {"validation", found.validation},
                             {"test", found.test},
                             {"diverged", found.diverged}});
    return j;
}

std::string html(data const& d, std::vector<result> const& all) {
    experiment const& e = all[0].made;
    std::vector<series> curves;
    std::string rows;
    for (auto const& [made, found] : all) {
        auto const& colour = about(made.with.name).colour;
        series one{made.with.name, colour, {}};
        for (std::size_t k = 0; k < found.curve.size(); ++k) one.points.push_back({double(k + 1), 100 * found.curve[k]});
        curves.push_back(one);
        rows += chart::text("<tr><td><i style='background:%s'></i>%s</td><td>%g</td><td>%g</td><td>%.2f %%</td><td>%.2f %%</td></tr>", colour.c_str(),
                            made.with.title().c_str(), made.rate, made.decay, 100 * found.validation, 100 * found.test);
    }
    std::string page =
        R"(<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>isotypic: noisy labels</title><style>
body{font:16px/1.5 system-ui,sans-serif;color:#1c1e21;background:#fff;max-width:900px;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2.2rem 0 .4rem}p{margin:.3rem 0 .8rem;color:#474b52}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}th,td{padding:.4rem .7rem;text-align:right;border-bottom:1px solid #e3e5e8}
th{font-weight:600;font-size:.85rem;color:#474b52;vertical-align:bottom}th:first-child,td:first-child{text-align:left;padding-left:0;white-space:nowrap}
td i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.55em}svg{width:100%;height:auto;font-family:inherit}
)";
    page += chart::style;
    page += "</style><h1>Losses on labels of which a share is wrong</h1>";
    page += chart::text("<p>%s, %td samples to learn from, net %s, %s of the labels wrong, %ld epochs, seed %u.</p>", chart::escaped(d.name).c_str(),
                        d.train.count(), e.what.net.c_str(), e.wrong.name().c_str(), e.what.epochs, e.seed);
    page += "<table><thead><tr><th>loss</th><th>rate</th><th>decay</th><th>validation,<br>noisy labels</th><th>test,<br>clean labels</th></tr></thead><tbody>" +
            rows + "</tbody></table><h2>Accuracy on the noisy labels of the validation part</h2>" +
            chart::curves({"epoch", "accuracy, %", 820, 420, 0}, curves);
    return page + "</html>\n";
}

}  // namespace

experiment usual(std::string const& name) {
    for (auto const& f : settings_of)
        if (f.with.name == name) return {{}, f.with, f.rate, f.decay};
    throw std::logic_error("no settings of " + name);
}

bool compare(settings const& s) {
    const task what = s.one();
    const data d = read_data(what.data, s);
    std::vector<result> all;
    for (auto const& name : s.losses) {
        experiment e = usual(name);
        e.what = what, e.wrong = {s.noise, s.asymmetric}, e.seed = s.seed;
        all.push_back({e, {}});
    }
    counter bar(what.name(), long(all.size()) * what.epochs);
    std::mutex one;
    on_threads(s.threads, Index(all.size()), [&](Index i) {
        result& r = all[std::size_t(i)];
        r.found = train(r.made, d, [&] {
            std::lock_guard lock(one);
            bar.count();
        });
    });
    if (interrupted) return bar.leave(), false;

    write(s.out / "curves.csv", csv(all)), write(s.out / "report.json", json(d, all).dump(2) + "\n"), write(s.out / "report.html", html(d, all));
    std::printf("\n%-36s %24s %20s\n", "loss", "validation, noisy labels", "test, clean labels");
    for (auto const& [made, found] : all)
        std::printf("%-36s %22.2f %% %18.2f %%%s\n", made.with.title().c_str(), 100 * found.validation, 100 * found.test, found.diverged ? "  diverged" : "");
    std::printf("\nLook at %s\nand for the numbers at curves.csv and report.json beside it.\n", (s.out / "report.html").c_str());
    return true;
}

}  // namespace noisy_labels
