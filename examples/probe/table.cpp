// SPDX-License-Identifier: MIT
#include "table.hpp"
#include <isotypic/check/table.hpp>
#include <algorithm>

using namespace isotypic;

namespace {

constexpr char const* shapes[] = {"wide", "tall", "square"};

struct column {
    table_column which;
    char const* moved;  ///< what the gradient becomes
    char const* word;
};
constexpr column columns[] = {{rows_permutation, "PG", "permutation"},
                              {rows_signs, "SG", "signs"},
                              {rows_rotation, "QG", "rotation"},
                              {rows_shift, "G+1c'", "shift"},
                              {rows_scale, "DG", "scale"},
                              {columns_permutation, "GP", "permutation"},
                              {columns_signs, "GS", "signs"},
                              {columns_rotation, "GQ", "rotation"},
                              {columns_shift, "G+c1'", "shift"},
                              {columns_scale, "GD", "scale"},
                              {scale_column, "tG", "scale"},
                              {minus_one_column, "-G", "minus one"},
                              {transposition_column, "G'", "transposition"}};

/// '=' or '?' or '!' where all three shapes agree, nothing where the action breaks on all, else the shapes that do not break.
std::string cell(symmetry_table const& t, table_column which) {
    std::string marks, named;
    for (auto const& row : t.cells) marks += symmetry_table::marks(row)[which];
    if (marks == "xxx") return "";
    if (marks == std::string(3, marks[0])) return marks.substr(0, 1);
    for (std::size_t s = 0; s < marks.size(); ++s)
        if (marks[s] != 'x') named += (named.empty() ? "" : ", ") + std::string(shapes[s]) + (marks[s] == '=' ? "" : std::string(" ") + marks[s]);
    return named;
}

}  // namespace

void tally::see(symmetry_table const& found, candidate const& c, std::string const& from) {
    ++rules;
    for (std::string const& line : found.contradictions()) ++contradictions, wrong.push_back(from + ", " + c.name + ", " + line);
    for (std::size_t s = 0; s < found.cells.size(); ++s) {
        const std::string marks = symmetry_table::marks(found.cells[s]);
        cells += marks.size();
        undecidable += std::size_t(std::count(marks.begin(), marks.end(), '?'));
        if (c.expected.empty()) continue;
        held_against += marks.size();
        for (std::size_t a = 0; a < marks.size(); ++a)
            if (marks[a] != '?' && marks[a] != c.expected[s][a])
                wrong.push_back(from + ", " + c.name + ", " + shapes[s] + ", " + found.actions[a].name + ": " + c.expected[s][a] + " was derived, " + marks[a] +
                                " was found");
    }
}

std::string tally::text() const {
    return std::to_string(rules) + " rules, " + std::to_string(cells) + " cells, " + std::to_string(undecidable) + " undecidable; " +
           std::to_string(contradictions) + " contradictions; " + std::to_string(wrong.size() - contradictions) + " of " + std::to_string(held_against) +
           " cells are not as derived by hand.";
}

std::string as_markdown(probed const& p) {
    std::string all = "### " + p.from.name + "\n\n";
    if (!p.from.left_out.empty()) return all + "Left out: " + p.from.left_out + ".\n\n";
    std::vector<std::vector<std::string>> lines{{"rule"}, {""}};
    for (column const& c : columns) lines[0].push_back(c.moved), lines[1].push_back("");
    for (symmetry_table const& t : p.tables) {
        lines.push_back({t.rule});
        for (column const& c : columns) lines.back().push_back(cell(t, c.which));
    }
    for (std::size_t k = 0; k < lines[0].size(); ++k) {
        std::size_t width = 3;
        for (auto const& line : lines) width = (std::max)(width, line[k].size());
        for (auto& line : lines) line[k].resize(width, &line == &lines[1] ? '-' : ' ');
    }
    for (auto const& line : lines) {
        all += '|';
        for (std::string const& text : line) all += ' ' + text + " |";
        all += '\n';
    }
    return all + '\n';
}

std::string as_html(std::vector<probed> const& all, tally const& sum) {
    std::string page =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Symmetries of optimizers</title>\n"
        "<style>body{font:14px/1.4 sans-serif;margin:2em;color:#222}table{border-collapse:collapse}td,th{padding:2px 8px;text-align:left}"
        "thead{position:sticky;top:0;background:#fff}"
        "td{border:1px solid #fff;font-size:12px}.g{padding-top:1.2em;font-weight:bold;font-size:16px}th{white-space:nowrap;font-weight:normal}"
        ".y{background:#bfe3c4}.n{background:#f5ddd8}.p{background:#f7ecb5}.u{background:#ddd}</style>\n"
        "<h1>Symmetries of optimizers</h1>\n"
        "<p>A gradient G becomes what the heading says. Green: the update moves along (permutations, signs, rotations, minus one, transposition) or stays "
        "as it is (shifts and scales).\nYellow: on the shapes that are named, of wide 4 x 6, tall 6 x 4 and square 5 x 5. Red: on none. Grey: not to be "
        "decided, or not finite.</p>\n<p>" +
        sum.text() + "</p>\n<table><thead><tr><th></th><th colspan=5>rows</th><th colspan=5>columns</th><th colspan=3>the whole</th></tr>\n<tr><th></th>";
    for (column const& c : columns) page += std::string("<th>") + c.word + "<br>" + c.moved + "</th>";
    page += "</tr></thead>\n";
    for (probed const& p : all) {
        page += "<tr><th class=\"g\" colspan=14>" + detail::html_text(p.from.name) + "</th></tr>\n";
        if (!p.from.left_out.empty()) page += "<tr><td colspan=14>Left out: " + detail::html_text(p.from.left_out) + ".</td></tr>\n";
        for (symmetry_table const& t : p.tables) {
            page += "<tr><th>" + detail::html_text(t.rule) + "</th>";
            for (column const& c : columns) {
                const std::string text = cell(t, c.which);
                char const* colour = text == "=" ? "y" : text.empty() ? "n" : text.find_first_of("?!") != text.npos ? "u" : "p";
                page += std::string("<td class=\"") + colour + "\">" + text + "</td>";
            }
            page += "</tr>\n";
        }
    }
    return page + "</table></html>\n";
}
