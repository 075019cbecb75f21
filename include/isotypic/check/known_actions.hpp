// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/check/word.hpp>
#include <isotypic/group/orthogonal.hpp>
#include <isotypic/group/signed_permutation.hpp>
#include <isotypic/group/symmetry.hpp>
#include <functional>
#include <string>

/// \file
/// The actions that a rule is held against, each as a way to draw words. The first two draws are generators, since
/// equivariance is closed under products: a swap and a cycle generate the permutations, one flip more the signed ones;
/// of the rotations, one flip and one generic element decide for rules that are piecewise analytic. Later draws are
/// random words.
namespace isotypic {

/// An action by name.
struct action {
    std::string name;
    std::function<word(index_t rows, index_t cols, int draw, random_stream&)> sample;
};

namespace detail {

inline double angle(random_stream& random) { return 2 * random.uniform() - 1; }

inline word permuted(bool columns, index_t n, int draw, random_stream& random) {
    word w;
    if (draw == 0 && n > 1) w.push_back({generator::swap, columns, 0, 1});
    for (index_t k = n - 1; k > 0 && draw > 0; --k) w.push_back({generator::swap, columns, k, draw == 1 ? k - 1 : random.below(k + 1)});
    return w;
}
inline word flipped(bool columns, index_t n, int draw, random_stream& random) {
    word w;
    for (index_t i = 0; i < n; ++i)
        if (draw == 0 ? i == 0 : draw == 1 ? i % 2 == 1 : random.below(2) == 1) w.push_back({generator::flip, columns, i, i});
    return w;
}
/// A flip; a generic rotation; later the two together. Every plane up to 24 rows, 2 planes a row above.
inline word rotated(bool columns, index_t n, int draw, random_stream& random) {
    word w;
    auto turn = [&](index_t i, index_t j) { w.push_back({generator::rotation, columns, i, j, angle(random), angle(random)}); };
    if (draw != 1 && n > 0) w.push_back({generator::flip, columns, 0, 0});
    if (draw == 0) return w;
    for (index_t i = 0; i < n; ++i)
        for (index_t j = i + 1; j < n && n <= 24; ++j) turn(i, j);
    for (index_t k = 0; k < 2 * n && n > 24; ++k) {
        const index_t i = random.below(n);
        turn(i, (i + 1 + random.below(n - 1)) % n);
    }
    return w;
}
inline word shifted_by_one(bool columns, index_t other, int draw, random_stream& random) {
    word w;
    for (index_t i = 0; i < other && (draw > 0 || i < 1); ++i) w.push_back({generator::shift, columns, i, i, double(float(random.normal()))});
    return w;
}
/// Near and far, up and down: an absolute constant in a rule shows at one of the ends.
inline double factor(int draw, random_stream& random) {
    constexpr double fixed[] = {0x1p-30, 0x1p30, 3};
    return draw < 3 ? fixed[draw] : std::exp2(double(random.below(41) - 20)) * (1 + random.uniform());
}
inline word stretched(bool columns, index_t n, int draw, random_stream& random) {
    word w;
    for (index_t i = 0; i < n && (draw > 1 || i < 1); ++i) w.push_back({generator::stretch, columns, i, i, factor(draw > 1 ? 3 : draw, random)});
    return w;
}

using one_side = word (*)(bool columns, index_t n, int draw, random_stream&);

inline action on_side(std::string name, bool columns, one_side f) {
    return {(columns ? "columns: " : "rows: ") + name,
            [columns, f](index_t m, index_t n, int draw, random_stream& random) { return f(columns, columns ? n : m, draw, random); }};
}
inline action shift_on(bool columns) {
    return {columns ? "columns: shift" : "rows: shift",
            [columns](index_t m, index_t n, int draw, random_stream& random) { return shifted_by_one(columns, columns ? m : n, draw, random); }};
}
inline action on_both(std::string name, one_side f) {
    return {"both: " + name, [f](index_t m, index_t n, int draw, random_stream& random) {
                word w = f(false, m, draw, random), columns = f(true, n, draw, random);
                w.insert(w.end(), columns.begin(), columns.end());
                return w;
            }};
}

inline word sampled(bool columns, index_t n, void (*sample)(view<double>, random_stream&), random_stream& random) {
    specimen g(n, n);
    sample(g.panel(0, 0), random);
    generator d{generator::dense, columns};
    for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) d.matrix.push_back(g.panel(0, 0)(i, j));
    return {d};
}

template <class G>
void add_side(std::vector<action>& list, bool columns) {
    constexpr bool both = std::is_same_v<G, signed_permutation>;
    if constexpr (std::is_same_v<G, permutation> || both) list.push_back(on_side("permutation", columns, permuted));
    if constexpr (std::is_same_v<G, signs> || both) list.push_back(on_side("signs", columns, flipped));
    if constexpr (std::is_same_v<G, orthogonal>) list.push_back(on_side("rotation", columns, rotated));
    if constexpr (!both && !std::is_same_v<G, permutation> && !std::is_same_v<G, signs> && !std::is_same_v<G, orthogonal> && !std::is_same_v<G, trivial>)
        list.push_back({columns ? "columns: its group" : "rows: its group", [columns](index_t m, index_t n, int, random_stream& random) {
                            return sampled(
                                columns, columns ? n : m, [](view<double> g, random_stream& r) { G::sample(g, r); }, random);
                        }});
}

}  // namespace detail

inline action positive_scale() {
    return {"scale", [](index_t, index_t, int draw, random_stream& random) { return word{scale_all(detail::factor(draw, random))}; }};
}
inline action row_scale() { return detail::on_side("scale", false, detail::stretched); }
inline action column_scale() { return detail::on_side("scale", true, detail::stretched); }
inline action row_shift() { return detail::shift_on(false); }
inline action column_shift() { return detail::shift_on(true); }

/// The columns of the symmetry table:
///
///     f(gG) = g f(G)    rows, columns and both: permutation, signs, rotation (with reflections); minus one; transposition
///     f(gG) = f(G)      rows and columns: shift (one row added to all), scale (a factor for each); scale (one for all)
inline std::vector<action> all_actions() {
    using namespace detail;
    return {on_side("permutation", false, permuted),
            on_side("signs", false, flipped),
            on_side("rotation", false, rotated),
            row_shift(),
            row_scale(),
            on_side("permutation", true, permuted),
            on_side("signs", true, flipped),
            on_side("rotation", true, rotated),
            column_shift(),
            column_scale(),
            on_both("permutation", permuted),
            on_both("signs", flipped),
            on_both("rotation", rotated),
            positive_scale(),
            {"minus one", [](index_t, index_t, int, random_stream&) { return word{minus_one()}; }},
            {"transposition", [](index_t, index_t, int, random_stream&) { return word{transposition()}; }}};
}

/// The actions that a block's symmetry names: each of its sides, and for a block known up to a shift f(G + 1c') = f(G) and
/// f(G) = f(G) - its mean row.
template <block_symmetry G>
std::vector<action> actions_named_by() {
    std::vector<action> list;
    detail::add_side<typename G::rows>(list, false);
    detail::add_side<typename G::cols>(list, true);
    for (bool columns : {false, true})
        if (columns ? G::col_shift : G::row_shift) {
            list.push_back(detail::shift_on(columns));
            list.push_back({columns ? "columns: centred" : "rows: centred",
                            [columns](index_t, index_t, int, random_stream&) { return word{columns ? centre_columns() : centre_rows()}; }});
        }
    return list;
}

}  // namespace isotypic
