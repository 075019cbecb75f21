// SPDX-License-Identifier: MIT
#include "report.hpp"
#include "sweep.hpp"
#include <training/chart.hpp>
#include <training/files.hpp>

void report(settings const& s, text const& t, std::vector<std::pair<variant, run>> const& runs) {
    std::string csv = "norm,optimizer,reading,scale_decay,step,seconds,train_loss,validation_loss\n";
    nlohmann::json json = {{"text", t.name}, {"runs", nlohmann::json::array()}};
    std::map<std::string, std::vector<series>> curves;
    for (auto const& [v, r] : runs) {
        series line{v.norm, colour(v.norm), {}};
        for (auto const& p : r.curve) {
            csv += chart::text("%s,%s,%s,%s,%ld,%.3f,%.6f,%.6f\n", v.norm.c_str(), v.optimizer.c_str(), v.reading.c_str(), v.scale_decay.c_str(), p.step,
                               p.seconds, p.train, p.validation);
            line.points.push_back({double(p.step), p.validation});
        }
        curves[v.optimizer].push_back(line);
        json["runs"].push_back({{"settings", identity(s, v, t)},
                                {"steps", r.step},
                                {"complete", r.complete(s.steps)},
                                {"seconds", r.seconds},
                                {"tokens_per_second", r.tokens_a_second(s.tokens_a_step())},
                                {"checksum", r.checksum}});
        if (r.complete(s.steps)) json["runs"].back()["validation_loss"] = r.validation;
    }
    std::vector<std::string> pictures;
    for (auto const& [optimizer, lines] : curves)
        pictures.push_back(chart::curves({.x_name = "step, " + optimizer, .y_name = "validation loss, nats a byte", .width = 560, .skip = 0.2}, lines));
    write(s.out / "curves.csv", csv), write(s.out / "report.json", json.dump(2) + "\n"), write(s.out / "curves.svg", chart::file(560, 420, pictures));
}
