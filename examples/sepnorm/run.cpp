// SPDX-License-Identifier: MIT
#include "run.hpp"

namespace sepnorm {

void to_json(nlohmann::json& j, run const& r) {
    j = {{"side", r.side},   {"step", r.step},       {"seconds", r.seconds},   {"sum", r.sum},
         {"found", r.found}, {"picture", r.picture}, {"checksum", r.checksum}, {"curve", nlohmann::json::array()}};
    for (auto const& p : r.curve) j["curve"].push_back({p.step, p.seconds, p.train, p.validation});
}

void from_json(nlohmann::json const& j, run& r) {
    j.at("side").get_to(r.side), j.at("step").get_to(r.step), j.at("seconds").get_to(r.seconds), j.at("sum").get_to(r.sum);
    j.at("found").get_to(r.found), j.at("picture").get_to(r.picture), j.at("checksum").get_to(r.checksum);
    r.curve.clear();
    for (auto const& p : j.at("curve")) r.curve.push_back({p.at(0), p.at(1), p.at(2), p.at(3)});
}

}  // namespace sepnorm
