// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/probe.hpp>
#include <cstdio>

/// \file
/// A symmetry table as text, Markdown, JSON and a page of HTML. A cell shows the defect where the action holds and "no"
/// with the defect where it is broken.
namespace isotypic {
namespace detail {

inline std::string short_number(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1e", v);
    return v == 0 ? "0" : text;
}
inline std::string cell_text(outcome const& o) {
    if (o.trials == 0) return "-";
    switch (o.worst.what) {
        case verdict::exact:
        case verdict::within_noise:
            return short_number(o.worst.defect);
        case verdict::broken:
            return "no " + short_number(o.worst.defect);
        case verdict::undecidable:
        case verdict::not_finite:
        case verdict::not_repeatable:
            break;
    }
    return name_of(o.worst.what);
}

/// The columns of the printed table, each with its heading.
inline std::vector<std::pair<std::string, std::vector<outcome> const*>> table_body(symmetry_table const& t) {
    std::vector<std::pair<std::string, std::vector<outcome> const*>> body;
    for (std::size_t s = 0; s < t.shapes.size(); ++s) body.push_back({t.shape(s), &t.cells[s]});
    if (!t.special.empty()) body.push_back({"special", &t.special});
    if (!t.extreme.empty()) body.push_back({"1e+-30", &t.extreme});
    return body;
}

inline std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}
inline std::string html_text(std::string const& text) {
    std::string safe;
    for (char c : text) safe += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return safe;
}
inline std::string json_text(std::string const& text) {
    std::string safe = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') safe += '\\';
        safe += c;
    }
    return safe + '"';
}

}  // namespace detail

inline std::string text(symmetry_table const& t) {
    const auto body = detail::table_body(t);
    std::string all = detail::padded(t.rule, 22);
    for (auto const& [heading, cells] : body) all += detail::padded(heading, 12);
    auto end_line = [&] {
        all.erase(all.find_last_not_of(' ') + 1);
        all += '\n';
    };
    end_line();
    for (std::size_t a = 0; a < t.actions.size(); ++a) {
        all += detail::padded(t.actions[a].name, 22);
        for (auto const& [heading, cells] : body) all += detail::padded(detail::cell_text((*cells)[a]), 12);
        end_line();
    }
    for (std::string const& line : t.contradictions()) all += "contradiction: " + line + '\n';
    return all;
}

inline std::string markdown(symmetry_table const& t) {
    const auto body = detail::table_body(t);
    std::string all = "| " + t.rule + " |", rule = "| --- |";
    for (auto const& [heading, cells] : body) all += ' ' + heading + " |", rule += " --- |";
    all += '\n' + rule + '\n';
    for (std::size_t a = 0; a < t.actions.size(); ++a) {
        all += "| " + t.actions[a].name + " |";
        for (auto const& [heading, cells] : body) all += ' ' + detail::cell_text((*cells)[a]) + " |";
        all += '\n';
    }
    return all;
}

/// {"rule": ..., "cells": [{"action": ..., "shape": ..., "verdict": ..., "defect": ..., "noise": ..., "trials": ..., "undecidable": ...}, ...]}
inline std::string json(symmetry_table const& t) {
    std::string all = "{\"rule\": " + detail::json_text(t.rule) + ", \"cells\": [";
    char const* comma = "\n";
    for (auto const& [heading, cells] : detail::table_body(t))
        for (std::size_t a = 0; a < t.actions.size(); ++a) {
            outcome const& o = (*cells)[a];
            auto number = [](double v) { return std::isfinite(v) ? detail::short_number(v) : "null"; };
            all += std::string(comma) + "  {\"action\": " + detail::json_text(t.actions[a].name) + ", \"shape\": " + detail::json_text(heading) +
                   ", \"verdict\": \"" + name_of(o.worst.what) + "\", \"defect\": " + number(o.worst.defect) + ", \"noise\": " + number(o.worst.noise) +
                   ", \"trials\": " + std::to_string(o.trials) + ", \"undecidable\": " + std::to_string(o.undecided) + "}";
            comma = ",\n";
        }
    return all + "\n]}\n";
}

/// A page of its own.
inline std::string html(symmetry_table const& t) {
    const auto body = detail::table_body(t);
    std::string all = "<!doctype html><meta charset=\"utf-8\"><title>" + detail::html_text(t.rule) +
                      "</title><style>body{font:14px sans-serif}td,th{padding:2px 10px;text-align:left}.y{background:#d7efd7}.n{background:#f6d5d0}"
                      ".u{background:#eee}</style><table><tr><th>" +
                      detail::html_text(t.rule) + "</th>";
    for (auto const& [heading, cells] : body) all += "<th>" + heading + "</th>";
    all += "</tr>\n";
    for (std::size_t a = 0; a < t.actions.size(); ++a) {
        all += "<tr><th>" + t.actions[a].name + "</th>";
        for (auto const& [heading, cells] : body) {
            outcome const& o = (*cells)[a];
            char const* colour = o.holds() ? "y" : o.worst.what == verdict::broken ? "n" : "u";
            all += std::string("<td class=\"") + colour + "\">" + detail::cell_text(o) + "</td>";
        }
        all += "</tr>\n";
    }
    return all + "</table>\n";
}

}  // namespace isotypic
