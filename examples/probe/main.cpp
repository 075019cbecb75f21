// SPDX-License-Identifier: MIT
// The symmetry table of optimizers.   probe | probe NAME | probe --write | probe --smoke
#include "table.hpp"
#include <isotypic/check/table.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace isotypic;

namespace {

std::vector<source> all_sources() {
    source own{"isotypic", shipped_parts()};
    for (candidate const& c : shipped_engines()) own.rules.push_back(c);
    return {own, published_rules(), torch_optimizers(), dlib_solvers()};
}

/// Every rule of this name, in full.
int show(std::string const& name) {
    bool found = false;
    for (source const& s : all_sources())
        for (candidate const& c : s.rules)
            if (c.name == name) found = true, std::printf("%s, %s\n%s", s.name.c_str(), c.name.c_str(), text(probe(c.rule, {.name = ""})).c_str());
    if (found) return 0;
    std::fprintf(stderr, "probe: no rule is called %s; there are\n", name.c_str());
    for (source const& s : all_sources())
        for (candidate const& c : s.rules) std::fprintf(stderr, "    %s\n", c.name.c_str());
    return 2;
}

void write(std::filesystem::path const& file, std::string const& content) {
    if (!(std::ofstream(file, std::ios::binary) << content)) throw std::runtime_error("cannot write " + file.string());
}

/// Between <!-- table --> and <!-- end of table -->.
void replace_table(std::filesystem::path const& file, std::string const& content) {
    std::stringstream stream;
    stream << std::ifstream(file, std::ios::binary).rdbuf();
    std::string all = stream.str();
    const std::string begin = "<!-- table -->\n", end = "<!-- end of table -->";
    const auto from = all.find(begin), to = all.find(end);
    if (from == all.npos || to == all.npos) throw std::runtime_error(file.string() + " has no marks for the table");
    all.replace(from + begin.size(), to - from - begin.size(), content);
    write(file, all);
}

/// One line: the marks of the sixteen actions on each shape, and on special and extreme inputs.
std::string as_json(symmetry_table const& t, std::string const& from) {
    std::string line = "{\"source\": " + detail::json_text(from) + ", \"rule\": " + detail::json_text(t.rule);
    for (auto const& [heading, cells] : detail::table_body(t)) line += ", \"" + heading + "\": \"" + symmetry_table::marks(*cells) + '"';
    return line + "}\n";
}

int probe_all(bool few, bool keep) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<probed> all;
    std::string markdown, json_lines;
    tally sum;
    for (source& s : all_sources()) {
        if (few && s.rules.size() > 2) s.rules.resize(2);
        probed found{s, {}};
        for (candidate const& c : s.rules) {
            found.tables.push_back(probe(c.rule, {.name = c.name}));
            sum.see(found.tables.back(), c, s.name);
            json_lines += as_json(found.tables.back(), s.name);
        }
        const std::string lines = as_markdown(found);
        std::printf("%s", lines.c_str());
        std::fflush(stdout);
        markdown += lines;
        all.push_back(found);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%s", (sum.text() + "\n").c_str());
    std::printf("%.0f s\n", seconds);
    for (std::string const& line : sum.wrong) std::fprintf(stderr, "probe: %s\n", line.c_str());
    if (keep) {
        const std::filesystem::path folder = PROBE_FOLDER;
        std::filesystem::create_directories(folder / "results");
        replace_table(folder / "README.md", markdown + sum.text() + "\n");
        write(folder / "results/probe.jsonl", json_lines);
        write(folder / "results/probe.html", as_html(all, sum));
    }
    return sum.wrong.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string word = argc > 1 ? argv[1] : "";
    if (argc > 2 || (word.starts_with("--") && word != "--write" && word != "--smoke")) {
        std::fprintf(stderr, "probe [NAME | --write | --smoke]\n");
        return 2;
    }
    return word.empty() || word.starts_with("--") ? probe_all(word == "--smoke", word == "--write") : show(word);
} catch (std::exception const& e) {
    std::fprintf(stderr, "probe: %s\n", e.what());
    return 1;
}
