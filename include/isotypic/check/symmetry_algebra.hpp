// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/specimen.hpp>
#include <cstdio>
#include <string>

/// \file
/// The continuous symmetry of a rule, as `discover` finds it: its dimension, the known algebras in it, and how sure that is.
namespace isotypic {

/// (A, B) moves the input by A G + G B, and (A', B') the output.
struct algebra_element {
    specimen rows, cols, rows_out, cols_out;
};

/// A known algebra, and how many dimensions it adds to those before it. The names:
///
///     so(m)  sl(m)      f(QG) = Q f(G);  of columns f(GQ) = f(G) Q        of rows or of columns is said where m = n
///     sl(m)*            f(AG) = A'^-1 f(G)
///     row scales        f(DG) = f(G), D diagonal;  column scales f(GD) = f(G);  scale f(tG) = f(G)
///     x^p               p times on the output: scale^p f(tG) = t^p f(G), so(2)^p turns by p times the angle
///     so(m)^0           f(QG) = f(G)
///     locally constant  f' = 0
struct algebra_part {
    std::string name;
    index_t dimension = 0;
};

struct named_algebra {
    index_t dimension = 0;
    double gap = 0;   ///< smallest nonzero singular value of the equations over the largest null one, estimated from below
    double size = 0;  ///< that null one, a share of the largest of all: by how much the symmetry is broken, at most
    std::vector<algebra_part> parts;
    std::vector<algebra_element> unnamed;  ///< a basis of what the parts do not explain: of norm 1, orthogonal to them and to each other

    /// Can zero and nonzero be told apart? If not, `dimension` is a guess.
    bool clear() const { return gap >= 1e4; }

    /// "so(4) + so(6) + scale", with "+ 6 unnamed" where parts do not explain all.
    std::string name() const {
        std::string all;
        for (algebra_part const& p : parts) all += " + " + p.name;
        if (!unnamed.empty()) all += " + " + std::to_string(unnamed.size()) + " unnamed";
        return all.empty() ? "none" : all.substr(3);
    }
};

struct symmetry_algebra : named_algebra {
    index_t rows = 0, cols = 0, samples = 0, evaluations = 0;
    std::vector<named_algebra> nearly;  ///< larger ones that hold but for a little, as an eps leaves them: from small to large

    /// The name, a line for each part, and how sure.
    std::string text() const {
        char line[160];
        std::string all = detail::shape_text(rows, cols) + ": " + name() + "\n";
        auto add = [&](std::size_t count, std::string const& what) {
            std::snprintf(line, sizeof line, "  %4zu  ", count);
            all += line + what + "\n";
        };
        for (algebra_part const& p : parts) add(std::size_t(p.dimension), p.name);
        if (!unnamed.empty()) add(unnamed.size(), "unnamed");
        std::snprintf(line, sizeof line, "in all; gap %.1e%s, %td samples, %td evaluations", gap, clear() ? "" : " (not clear)", samples, evaluations);
        add(std::size_t(dimension), line);
        for (named_algebra const& a : nearly) {
            std::snprintf(line, sizeof line, "nearly, to %.0e: ", a.size);
            add(std::size_t(a.dimension), line + a.name());
        }
        return all;
    }
};

}  // namespace isotypic
