// SPDX-License-Identifier: MIT
#pragma once
#include <training/chart.hpp>

/// \file
/// A third kind of picture: a mean and its range for each of some names, over one axis.

struct range_of {
    std::string name, colour;
    double mean, least, most;
};

namespace chart {

inline std::string ranges(std::string const& title, std::string const& x_name, double width, std::vector<range_of> const& all) {
    constexpr double left = 84, right = 70, top = 30, tall = 30, bottom = 48;
    const double height = top + tall * double(all.size()) + bottom;
    double low = 1e300, high = -1e300;
    for (auto const& r : all) low = std::min(low, r.least), high = std::max(high, r.most);
    const double step = nice_step(std::max(high - low, 1e-6), 5);
    low = std::floor(low / step) * step, high = std::ceil(high / step) * step;
    auto px = [&](double x) { return left + (width - left - right) * (x - low) / (high - low); };
    std::string svg = text("<svg viewBox='0 0 %g %g' width='%g' height='%g' role='img' aria-label='%s'>", width, height, width, height, x_name.c_str());
    svg += text("<text class='name' x='%g' y='16' font-weight='600'>%s</text>", left, title.c_str());
    for (double x = low; x < high + step / 2; x += step)
        svg += text("<line class='grid' x1='%.1f' x2='%.1f' y1='%g' y2='%g'/><text class='tick' x='%.1f' y='%g' text-anchor='middle'>%s</text>", px(x), px(x),
                    top, height - bottom, px(x), height - bottom + 18, tick(x, step).c_str());
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& r = all[i];
        const double y = top + tall * (double(i) + 0.5);
        svg += text("<text class='end' x='%g' y='%g' text-anchor='end' fill='%s'>%s</text>", left - 10, y + 4, r.colour.c_str(), r.name.c_str());
        svg += text("<line x1='%.1f' x2='%.1f' y1='%g' y2='%g' stroke='%s' stroke-width='10' opacity='0.3'/>", px(r.least), px(r.most), y, y, r.colour.c_str());
        svg += text("<circle cx='%.1f' cy='%g' r='5' fill='%s'/>", px(r.mean), y, r.colour.c_str());
        svg += text("<text class='tick' x='%g' y='%g'>%.4f</text>", width - right + 10, y + 4, r.mean);
    }
    svg += text("<text class='name' x='%g' y='%g' text-anchor='middle'>%s</text>", (left + width - right) / 2, height - 8, x_name.c_str());
    return svg + "</svg>";
}

}  // namespace chart
