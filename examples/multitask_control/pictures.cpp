// SPDX-License-Identifier: MIT
#include "pictures.hpp"
#include "tables.hpp"
#include <training/chart.hpp>

namespace multitask_control {
namespace {

constexpr double width = 560, height = 380, beside = 90;  // beside: for the names

/// of(point): a curve of its mean over seeds for each variant, and the range.
template <class F>
std::string panel(std::vector<compared> const& all, std::string const& y_name, bool with_start, F const& of) {
    std::vector<series> curves;
    for (compared const& c : all) {
        series one{c.first.with.title, c.first.with.colour, {}};
        for (std::size_t i = with_start ? 0 : 1; i < c.seeds[0].curve.size(); ++i) {
            double mean = 0, low = 1e300, high = -1e300;
            for (finding const& f : c.seeds) {
                const double y = of(f.curve[i]);
                mean += y / double(c.seeds.size()), low = std::min(low, y), high = std::max(high, y);
            }
            one.points.push_back({1e-3 * double(c.seeds[0].curve[i].iteration * c.first.size.streams * c.first.size.steps), mean});
            one.range.push_back({low, high});
        }
        curves.push_back(one);
    }
    const frame f{.x_name = "steps of each task, thousands", .y_name = y_name, .width = width - beside, .height = height, .skip = 0, .named = false};
    std::string svg = chart::curves(f, curves);
    for (std::size_t k = 0; k < curves.size(); ++k)
        svg += chart::text("<text class='end' x='%g' y='%g' fill='%s'>%s</text>", width - beside, 30 + 18 * double(k), curves[k].colour.c_str(),
                           curves[k].name.c_str());
    return svg;
}

}  // namespace

std::string success_picture(std::vector<compared> const& all) {
    const auto of = [](Index k) { return [k](point const& p) { return 100 * worst(p, k); }; };
    return chart::file(width, height, {panel(all, "success, worst 3 tasks, %", true, of(worst_tasks)), panel(all, "success, all tasks, %", true, of(0))});
}

std::string gradient_picture(std::vector<compared> const& all) {
    const auto of = [](double point::*which) { return [which](point const& p) { return std::log10(std::min(p.*which, 1e16)); }; };
    return chart::file(width, height,
                       {panel(all, "log10 κ(D), scale spread", false, of(&point::scale_spread)),
                        panel(all, "log10 κ(C), collapse", false, of(&point::collapse)), panel(all, "log10 κ(A), both", false, of(&point::condition))});
}

}  // namespace multitask_control
