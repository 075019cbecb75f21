// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

/// \file
/// Two kinds of pictures as SVG text: curves, and a matrix of coloured cells.

struct series {
    std::string name, colour;
    std::vector<std::pair<double, double>> points;
    bool strong = true;                                 ///< named at its end and marked at its points; else a thin line
    std::vector<std::pair<double, double>> range = {};  ///< least and most at each point
};

/// What curves are drawn in.
struct frame {
    std::string x_name, y_name;
    double width = 820, height = 420;
    double skip = 0.1;           ///< the y axis leaves out what strong curves do in this share of x
    double most = 1e300;         ///< and what is higher than the lowest point by more than this
    bool powers_of_two = false;  ///< x is an exponent
    bool named = true;           ///< strong curves have their name and last value at their end
};

namespace chart {

template <class... N>
std::string text(char const* format, N... n) {
    std::string all(std::size_t(std::snprintf(nullptr, 0, format, n...)), '\0');
    std::snprintf(all.data(), all.size() + 1, format, n...);
    return all;
}

/// A step of 1, 2 or 5 times a power of ten that cuts a range into about n.
inline double nice_step(double range, double n) {
    const double raw = range / n, power = std::pow(10, std::floor(std::log10(raw)));
    return (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10) * power;
}

/// As many decimals as the step has.
inline std::string tick(double value, double step) { return text("%.*f", std::max(0, int(std::ceil(-std::log10(step) - 1e-9))), value); }

inline std::string power_of_two(double exponent) { return exponent < 0 ? text("1/%g", std::exp2(-exponent)) : text("%g", std::exp2(exponent)); }

/// Curves over common axes.
inline std::string curves(frame const& f, std::vector<series> const& all) {
    const double width = f.width, height = f.height;
    const double left = 62, right = f.named ? 172 : 20, top = 14, bottom = 48;
    double x_least = f.powers_of_two ? 1e300 : 0, x_most = -1e300, low = 1e300, high = -1e300;
    for (auto const& s : all)
        for (auto [x, y] : s.points) x_least = std::min(x_least, x), x_most = std::max(x_most, x);
    for (auto const& s : all)
        for (auto [x, y] : s.points)
            if (x >= x_least + f.skip * (x_most - x_least)) low = std::min(low, y), high = std::max(high, s.strong ? y : low);
    high = high > low ? std::min(high, low + f.most) : low + 1;
    const double x_step = f.powers_of_two ? 1 : nice_step(x_most, width / 100), y_step = nice_step(high - low, 6);
    low = std::floor(low / y_step) * y_step, high = std::ceil(high / y_step) * y_step;
    auto px = [&](double x) { return left + (width - left - right) * (x - x_least) / std::max(x_most - x_least, 1e-9); };
    auto py = [&](double y) { return top + (height - top - bottom) * (high - y) / (high - low); };

    std::string svg = text("<svg viewBox='0 0 %g %g' width='%g' height='%g' role='img' aria-label='%s against %s'>", width, height, width, height,
                           f.y_name.c_str(), f.x_name.c_str());
    static int clip = 0;
    svg +=
        text("<clipPath id='c%d'><rect x='%g' y='%g' width='%g' height='%g'/></clipPath>", ++clip, left, top, width - left - right + 4, height - top - bottom);
    for (double y = low; y < high + y_step / 2; y += y_step)
        svg += text("<line class='grid' x1='%g' x2='%g' y1='%.1f' y2='%.1f'/><text class='tick' x='%g' y='%.1f' text-anchor='end'>%s</text>", left,
                    width - right, py(y), py(y), left - 8, py(y) + 4, tick(y, y_step).c_str());
    for (double x = x_least; x <= x_most + 1e-3 * x_step; x += x_step)
        svg += text("<line class='axis' x1='%.1f' x2='%.1f' y1='%g' y2='%g'/><text class='tick' x='%.1f' y='%g' text-anchor='middle'>%s</text>", px(x), px(x),
                    height - bottom, height - bottom + 5, px(x), height - bottom + 20, f.powers_of_two ? power_of_two(x).c_str() : tick(x, x_step).c_str());
    svg += text("<line class='axis' x1='%g' x2='%g' y1='%g' y2='%g'/>", left, width - right, height - bottom, height - bottom);
    svg += text("<text class='name' x='%g' y='%g' text-anchor='middle'>%s</text>", (left + width - right) / 2, height - 8, f.x_name.c_str());
    svg += text("<text class='name' transform='translate(14,%g) rotate(-90)' text-anchor='middle'>%s</text>", (top + height - bottom) / 2, f.y_name.c_str());

    std::vector<std::pair<double, series const*>> ends;
    for (auto const& s : all) {
        std::string line, dots, above, below;
        for (auto [x, y] : s.points) {
            line += text("%.1f,%.1f ", px(x), py(y));
            if (s.strong) dots += text("<circle cx='%.1f' cy='%.1f' r='2.6' fill='%s'/>", px(x), py(y), s.colour.c_str());
        }
        for (std::size_t i = 0; i < s.range.size(); ++i) {
            above += text("%.1f,%.1f ", px(s.points[i].first), py(s.range[i].second));
            below.insert(0, text("%.1f,%.1f ", px(s.points[i].first), py(s.range[i].first)));
        }
        if (!above.empty())
            svg += text("<polygon clip-path='url(#c%d)' points='%s' fill='%s' opacity='0.18'/>", clip, (above + below).c_str(), s.colour.c_str());
        svg += text("<g clip-path='url(#c%d)'><polyline points='%s' fill='none' stroke='%s' stroke-width='%g' stroke-linejoin='round' opacity='%g'/>%s</g>",
                    clip, line.c_str(), s.colour.c_str(), s.strong ? 2.2 : 1.2, s.strong ? 1.0 : 0.45, dots.c_str());
        if (f.named && s.strong && !s.points.empty()) ends.push_back({py(s.points.back().second), &s});
    }
    // Names beside the ends of the curves, pushed apart where they would touch.
    std::sort(ends.begin(), ends.end());
    double last = -1e9;
    for (auto& [y, s] : ends) {
        last = y = std::max(y, last + 17);
        svg += text("<text class='end' x='%g' y='%.1f' fill='%s'>%s %.3f</text>", px(s->points.back().first) + 9, y + 4, s->colour.c_str(), s->name.c_str(),
                    s->points.back().second);
    }
    return svg + "</svg>";
}

/// Cells of values around 1: white at 1, blue above, red below, each with its number.
inline std::string cells(std::string const& x_name, std::string const& y_name, std::vector<std::vector<double>> const& rows) {
    constexpr double cell = 44, tall = 34, left = 58, top = 8, bottom = 42;
    const double width = left + cell * double(rows[0].size()) + 8, height = top + tall * double(rows.size()) + bottom;
    std::string svg = text("<svg viewBox='0 0 %g %g' width='%g' height='%g' role='img' aria-label='%s against %s'>", width, height, width, height,
                           y_name.c_str(), x_name.c_str());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double y = top + tall * double(i);
        svg += text("<text class='tick' x='%g' y='%g' text-anchor='end'>%zu</text>", left - 8, y + tall / 2 + 4, i + 1);
        for (std::size_t j = 0; j < rows[i].size(); ++j) {
            const double v = rows[i][j], x = left + cell * double(j), far = std::min(1.0, std::abs(std::log2(std::max(v, 1e-3))) / 2);
            auto mix = [far](int to) { return int(255 + (to - 255) * far); };
            svg += text("<rect x='%g' y='%g' width='%g' height='%g' fill='rgb(%d,%d,%d)' stroke='#e3e5e8'/>", x, y, cell - 2, tall - 2, mix(v < 1 ? 226 : 74),
                        mix(v < 1 ? 96 : 130), mix(v < 1 ? 66 : 235));
            svg += text("<text class='cell' x='%g' y='%g' text-anchor='middle'>%.2f</text>", x + cell / 2 - 1, y + tall / 2 + 3, v);
        }
    }
    for (std::size_t j = 0; j < rows[0].size(); ++j)
        svg += text("<text class='tick' x='%g' y='%g' text-anchor='middle'>%zu</text>", left + cell * (double(j) + 0.5) - 1, height - bottom + 16, j + 1);
    svg += text("<text class='name' x='%g' y='%g' text-anchor='middle'>%s</text>", left + cell * double(rows[0].size()) / 2, height - 6, x_name.c_str());
    svg += text("<text class='name' transform='translate(14,%g) rotate(-90)' text-anchor='middle'>%s</text>", (top + height - bottom) / 2, y_name.c_str());
    return svg + "</svg>";
}

constexpr char const* style =
    ".grid{stroke:#e8eaed}.axis{stroke:#8b9097}.tick{font-size:12px;fill:#5b6067}.name{font-size:13px;fill:#33363b}"
    ".end{font-size:12.5px;font-weight:600}.cell{font-size:11px;fill:#1c1e21}";

/// Pictures of one size side by side, as a file of its own.
inline std::string file(double width, double height, std::vector<std::string> const& all) {
    std::string svg = text("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %g %g' font-family='system-ui,sans-serif'><style>%s</style>",
                           width * double(all.size()), height, style);
    svg += "<rect width='100%' height='100%' fill='#fff'/>";
    for (std::size_t i = 0; i < all.size(); ++i) svg += text("<g transform='translate(%g,0)'>", width * double(i)) + all[i] + "</g>";
    return svg + "</svg>\n";
}

/// Text in place between tags.
inline std::string escaped(std::string const& raw) {
    std::string all;
    for (char c : raw) all += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
    return all;
}

}  // namespace chart
