// SPDX-License-Identifier: MIT
#include "sweep.hpp"
#include <training/ranges.hpp>

std::string colour(std::string const& norm) {
    static const std::map<std::string, std::string> all = {{"none", "#7a7f87"}, {"plain", "#1c1e21"}, {"hg", "#0f9d76"},
                                                           {"dp", "#d9730d"},   {"dnp", "#b5359c"},   {"unified", "#1d5fd1"}};
    return all.at(norm);
}

namespace {

constexpr double width = 560;

/// f(optimizer), side by side.
template <class F>
std::string side_by_side(comparison& c, double height, F const& f) {
    std::vector<std::string> all;
    for (auto const& optimizer : c.runs.base.optimizers) all.push_back(f(optimizer));
    return chart::file(width, height, all);
}
template <class F>
void for_each_norm(comparison& c, std::string const& optimizer, F const& f) {
    for (variant const& v : c.norms)
        if (v.optimizer == optimizer) f(v, c.best.at(v.name()));
}

}  // namespace

std::string curve_picture(comparison& c) {
    return side_by_side(c, 420, [&](std::string const& optimizer) {
        std::vector<series> all;
        for_each_norm(c, optimizer, [&](variant const& v, int e) {
            series s{v.norm, colour(v.norm), {}};
            auto const& curve = c.runs.find(v, e, 1)->curve;
            for (std::size_t i = 0; i < curve.size(); ++i) {
                auto of = [i](trial const& x) { return x.curve[i].second; };
                s.points.push_back({double(curve[i].first), c.runs.mean(v, e, of)}), s.range.push_back(c.runs.range(v, e, of));
            }
            all.push_back(s);
        });
        return chart::curves({.x_name = "step, " + optimizer, .y_name = "validation loss, nats a byte", .width = width, .skip = 0.35}, all);
    });
}

std::string rate_picture(comparison& c) {
    return side_by_side(c, 420, [&](std::string const& optimizer) {
        std::vector<series> all;
        for_each_norm(c, optimizer, [&](variant const& v, int) {
            series s{v.norm, colour(v.norm), {}};
            for (int e = c.low; e <= c.high; ++e) s.points.push_back({double(e), c.runs.find(c.in_grid(v), e, 1)->validation});
            all.push_back(s);
        });
        return chart::curves(
            {.x_name = "rates times, " + optimizer, .y_name = "validation loss, seed 1", .width = width, .skip = 0, .most = 0.3, .powers_of_two = true}, all);
    });
}

std::string loss_picture(comparison& c) {
    const double height = 78 + 30 * double(c.runs.base.norms.size());
    return side_by_side(c, height, [&](std::string const& optimizer) {
        std::vector<range_of> all;
        for_each_norm(c, optimizer, [&](variant const& v, int e) {
            auto of = [](trial const& x) { return x.test; };
            const auto [least, most] = c.runs.range(v, e, of);
            all.push_back({v.norm, colour(v.norm), c.runs.mean(v, e, of), least, most});
        });
        return chart::ranges(optimizer, "test loss, nats a byte: mean and range over seeds", width, all);
    });
}
