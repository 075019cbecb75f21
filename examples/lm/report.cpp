// SPDX-License-Identifier: MIT
#include "report.hpp"
#include "rates.hpp"
#include <training/chart.hpp>
#include <training/checksum.hpp>
#include <training/files.hpp>

std::string colour(std::string const& name) {
    static const std::map<std::string, std::string> all = {{"adamw", "#7a7f87"}, {"muon", "#d9730d"},   {"stack", "#1d5fd1"}, {"embedding", "#0f9d76"},
                                                           {"head", "#b5359c"},  {"router", "#c0342b"}, {"mlp", "#7a5af0"}};
    return all.at(name);
}

std::string title(std::string const& name) {
    static const std::map<std::string, std::string> all = {{"adamw", "AdamW"}, {"muon", "Muon + AdamW"}, {"stack", "stack"}};
    return all.count(name) ? all.at(name) : "Muon, " + name;
}

namespace {

std::string csv(settings const& s, std::vector<run> const& runs) {
    std::string all = "optimizer,step,tokens,seconds,train_loss,validation_loss\n";
    for (auto const& r : runs)
        for (auto const& p : r.curve)
            all += chart::text("%s,%ld,%ld,%.3f,%.6f,%.6f\n", r.optimizer.c_str(), p.step, p.step * s.tokens_a_step(), p.seconds, p.train, p.validation);
    return all;
}

nlohmann::json json(settings const& s, text const& t, std::vector<run> const& runs) {
    nlohmann::json all = {
        {"settings", about(s)}, {"text", {{"name", t.name}, {"bytes", t.all.size()}, {"checksum", checksum({t.all})}}}, {"runs", nlohmann::json::array()}};
    for (auto const& r : runs) {
        nlohmann::json j = {{"optimizer", r.optimizer},
                            {"steps", r.step},
                            {"complete", r.complete(s.steps)},
                            {"seconds", r.seconds},
                            {"tokens_per_second", r.tokens_a_second(s.tokens_a_step())},
                            {"optimizer_share_of_step_time", r.optimizer_share()},
                            {"rates", rates_json(r.optimizer, s)},
                            {"checksum", r.checksum}};
        if (r.complete(s.steps)) j["validation_loss"] = r.validation;
        if (!r.load.empty()) {
            const load_metrics m = metrics(r.load);
            j["router"] = {{"load", r.load}, {"load_cv", m.cv}, {"load_entropy", m.entropy}, {"dead_experts", m.dead}, {"top_load", m.top}};
        }
        all["runs"].push_back(j);
    }
    return all;
}

std::string table(settings const& s, std::vector<run> const& runs) {
    const bool mixture = s.model == "moe";
    std::string html =
        "<table><thead><tr><th>optimizer</th><th>validation loss,<br>nats a byte</th><th>tokens a second</th><th>optimizer's share<br>of a step</th>";
    if (mixture) html += "<th>load CV</th><th>load entropy</th><th>dead experts</th><th>top load</th>";
    html += "</tr></thead><tbody>";
    double best = 1e300;
    for (auto const& r : runs)
        if (r.complete(s.steps)) best = std::min(best, r.validation);
    for (auto const& r : runs) {
        html += "<tr><td><i style='background:" + colour(r.optimizer) + "'></i>" + title(r.optimizer) + "</td>";
        html += r.complete(s.steps) ? chart::text(r.validation == best ? "<td><b>%.4f</b></td>" : "<td>%.4f</td>", r.validation)
                              : chart::text("<td>stopped at step %ld</td>", r.step);
        html += chart::text("<td>%.0f</td><td>%.1f %%</td>", r.tokens_a_second(s.tokens_a_step()), 100 * r.optimizer_share());
        const load_metrics m = metrics(r.load);
        if (mixture) html += chart::text("<td>%.3f</td><td>%.4f</td><td>%.0f %%</td><td>%.3f</td>", m.cv, m.entropy, 100 * m.dead, m.top);
        html += "</tr>";
    }
    return html + "</tbody></table>";
}

std::string html(settings const& s, text const& t, std::vector<run> const& runs) {
    std::vector<series> by_step, by_time;
    for (bool strong : {false, true})
        for (auto const& r : runs) {
            series a{title(r.optimizer), colour(r.optimizer), {}, strong}, b = a;
            for (auto const& p : r.curve) {
                const double y = strong ? p.validation : p.train;
                a.points.push_back({double(p.step), y}), b.points.push_back({p.seconds, y});
            }
            by_step.push_back(a), by_time.push_back(b);
        }
    const nn::config c = s.shape();
    std::string page =
        R"(<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>isotypic: a language model</title><style>
body{font:16px/1.5 system-ui,sans-serif;color:#1c1e21;background:#fff;max-width:900px;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2.2rem 0 .4rem}p{margin:.3rem 0 .8rem;color:#474b52}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}th,td{padding:.4rem .8rem;text-align:right;border-bottom:1px solid #e3e5e8}
th{font-weight:600;font-size:.85rem;color:#474b52;vertical-align:bottom}th:first-child,td:first-child{text-align:left;padding-left:0;white-space:nowrap}
td i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.55em}
svg{width:100%;height:auto;font-family:inherit}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:1rem}figure{margin:0}figcaption{font-weight:600;font-size:.9rem}
)";
    page += chart::style;
    page += "</style><h1>A byte-level transformer, one optimizer after the other</h1>";
    page += chart::text(
        "<p>%s, %zu bytes, 90 %% to learn from, 5 %% to validate. %s, width %td, %td layers, %td heads, %ld steps of %ld bytes, seed %u, rates times %g.</p>",
        chart::escaped(t.name).c_str(), t.all.size(),
        c.experts ? chart::text("Mixture of %td SwiGLU experts of %td neurons, %td a byte", c.experts, c.hidden, c.chosen).c_str()
                  : chart::text("Dense SwiGLU of %td neurons", c.hidden).c_str(),
        c.width, c.layers, c.heads, s.steps, s.tokens_a_step(), s.seed, s.rate);
    page += table(s, runs);
    page += "<h2>Loss against steps</h2><p>Marked: validation, on a fixed sample of its part. Thin: training, the mean since the mark before.</p>" +
            chart::curves({"step", "loss, nats a byte"}, by_step);
    page += "<h2>Loss against time</h2><p>Seconds of training; evaluation is left out.</p>" + chart::curves({"seconds", "loss, nats a byte"}, by_time);
    if (c.experts) {
        page += chart::text(
            "<h2>Router load</h2><p>An expert's share of the choices on the validation part, times %td: 1 is even, blue more, red less.</p><div class='maps'>",
            c.experts);
        for (auto const& r : runs) {
            auto cells = r.load;
            for (auto& layer : cells)
                for (double& f : layer) f *= double(c.experts);
            if (!cells.empty())
                page += "<figure><figcaption style='color:" + colour(r.optimizer) + "'>" + title(r.optimizer) + "</figcaption>" +
                        chart::cells("expert", "layer", cells) + "</figure>";
        }
        page +=
            "</div><p>CV is the standard deviation of the shares over their mean, entropy theirs over log E, dead the experts with less than a tenth of an "
            "even share, top the largest share; each for a layer, then the mean over layers.</p>";
    }
    return page + "</html>\n";
}

}  // namespace

void report(settings const& s, text const& t, std::vector<run> const& runs) {
    write(s.out / "curves.csv", csv(s, runs));
    write(s.out / "report.json", json(s, t, runs).dump(2) + "\n");
    write(s.out / "report.html", html(s, t, runs));
}
