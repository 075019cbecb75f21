// SPDX-License-Identifier: MIT
#include "report.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>

namespace sepnorm {

std::string colour(std::string const& side) { return side == "shared" ? "#7a7f87" : side == "untied" ? "#d9730d" : "#1d5fd1"; }
std::string title(std::string const& side) { return side == "shared" ? "one layer norm" : side == "untied" ? "two layer norms" : "SepNorm"; }

namespace {

std::string csv(std::vector<run> const& runs) {
    std::string all = "norm,step,seconds,train_loss,validation_loss\n";
    for (auto const& r : runs)
        for (auto const& p : r.curve) all += chart::text("%s,%ld,%.3f,%.6f,%.6f\n", r.side.c_str(), p.step, p.seconds, p.train, p.validation);
    return all;
}

nlohmann::json json(settings const& s, data const& d, std::vector<run> const& runs) {
    nlohmann::json all = {{"settings", about(s)}, {"images", {{"name", d.name}, {"checksum", d.checksum}}}, {"runs", nlohmann::json::array()}};
    for (auto const& r : runs) {
        nlohmann::json j = {{"norm", r.side}, {"steps", r.step}, {"complete", r.complete(s)}, {"seconds", r.seconds}, {"checksum", r.checksum}};
        if (r.complete(s)) j["found"] = r.found;
        all["runs"].push_back(j);
    }
    return all;
}

std::string table(settings const& s, std::vector<run> const& runs) {
    std::string html =
        "<table><thead><tr><th>norm</th><th>probe on the<br>class token, test</th><th>uniformity of<br>class tokens</th><th>their mean<br>cosine</th>"
        "<th>effective<br>rank</th><th>probe on the<br>mean patch, test</th><th>painting loss,<br>validation</th><th>seconds</th></tr></thead><tbody>";
    for (auto const& r : runs) {
        html += "<tr><td><i style='background:" + colour(r.side) + "'></i>" + title(r.side) + "</td>";
        if (r.complete(s))
            html += chart::text("<td>%.2f %%</td><td>%.3f</td><td>%.3f</td><td>%.1f</td><td>%.2f %%</td><td>%.4f</td>", 100 * r.found.test, r.found.uniformity,
                                r.found.cosine, r.found.rank, 100 * r.found.pooled_test, r.curve.back().validation);
        else
            html += chart::text("<td colspan='6'>stopped at step %ld</td>", r.step);
        html += chart::text("<td>%.0f</td></tr>", r.seconds);
    }
    return html + "</tbody></table>";
}

std::string html(settings const& s, data const& d, std::vector<run> const& runs) {
    std::vector<series> by_step;
    for (bool strong : {false, true})
        for (auto const& r : runs) {
            series a{title(r.side), colour(r.side), {}, strong};
            for (auto const& p : r.curve) a.points.push_back({double(p.step), strong ? p.validation : p.train});
            by_step.push_back(a);
        }
    const config c = s.shape("shared");
    std::string page =
        R"(<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>isotypic: SepNorm</title><style>
body{font:16px/1.5 system-ui,sans-serif;color:#1c1e21;background:#fff;max-width:900px;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2.2rem 0 .4rem}p{margin:.3rem 0 .8rem;color:#474b52}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}th,td{padding:.4rem .7rem;text-align:right;border-bottom:1px solid #e3e5e8}
th{font-weight:600;font-size:.85rem;color:#474b52;vertical-align:bottom}th:first-child,td:first-child{text-align:left;padding-left:0;white-space:nowrap}
td i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.55em}
svg,img{width:100%;height:auto;font-family:inherit}img{image-rendering:pixelated}figure{margin:1rem 0}figcaption{font-weight:600;font-size:.9rem}
)";
    page += chart::style;
    page += "</style><h1>A masked autoencoder, with and without a norm of its own for the class token</h1>";
    page += chart::text(
        "<p>%s, %td images to learn from. %td of %td patches of %td x %td pixels are seen in training; width %td, %td layers, %td heads; %ld steps of %ld "
        "images, seed %u, rates times %g. Norms that differ: %s.</p>",
        chart::escaped(d.name).c_str(), d.train.pixels.rows(), c.visible, c.patches(), c.patch, c.patch, c.width, c.layers, c.heads, s.steps, s.batch, s.seed,
        s.rate, s.where == "all" ? "all" : "the final one");
    page += table(s, runs);
    page += "<p>Probes are linear, on features of whole images. Uniformity: lower is more evenly spread over the sphere.</p>";
    page +=
        "<h2>Painting loss against steps</h2><p>Mean square over masked pixels, whose variance is 1. Marked: validation. Thin: training, the mean since "
        "the mark before.</p>" +
        chart::curves({"step", "loss"}, by_step);
    page += "<h2>What is painted</h2><p>Validation images; what the encoder sees of them; what the decoder paints of the rest.</p>";
    for (auto const& r : runs)
        if (!r.picture.empty())
            page += "<figure><figcaption style='color:" + colour(r.side) + "'>" + title(r.side) +
                    "</figcaption><img alt='images, masked images, painted images' src='" + r.picture + "'></figure>";
    return page + "</html>\n";
}

}  // namespace

void report(settings const& s, data const& d, std::vector<run> const& runs) {
    write(s.out / "curves.csv", csv(runs));
    write(s.out / "report.json", json(s, d, runs).dump(2) + "\n");
    write(s.out / "report.html", html(s, d, runs));
}

}  // namespace sepnorm
