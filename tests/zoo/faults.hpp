// SPDX-License-Identifier: MIT
#pragma once
#include <zoo/mutations.hpp>

/// \file
/// Planted faults: a rule of bases.hpp with one mistake that a programmer makes, and which of its actions that breaks.
///
/// `breaks` has sixteen characters in the order of expected.hpp: 'x' where the rule has the action and the fault breaks it, for
/// generic gradients over three steps at one of 4 x 6, 6 x 4 and 5 x 5 at least; '.' elsewhere. By hand, before any checker saw
/// the list. Factors t and D are generic too: a power of two passes through a rounding to bfloat16 unseen. In float such a rounding
/// may flip a bit between two orders of one sum, so permutations may seem broken where there is a '.'.
/// A checker is tuned without the faults that `held_out` names.
namespace zoo {
namespace mutation {

template <class T>
struct planted {
    std::vector<fault<T>> all{};
    char const* rule = "";
    void add(char const* kind, char const* breaks, std::vector<zoo::rule<T>> stages) { all.push_back({rule, kind, chain<T>{std::move(stages)}, breaks}); }
};

// clang-format off
template <class T>
void in_users_muon(planted<T>& p) {
    p.rule = "users_muon";
    const rule<T> x = nesterov_average<T>{}, shape = with_tall_factor<T>, halves = transposed<T>(two_heads<T>(polar<T>));
    p.add("row-major buffer read by columns",             "xxx..xxx..xxx...", {x, polar<T>, shape, misread<T>});
    p.add("Newton-Schulz never called",                   ".............x..", {x, shape});
    p.add("inverse for the inverse root",                 ".............x..", {x, inverse_gram<T>, shape});
    p.add("Cholesky factor for the symmetric root",       "x.x..x.x..x.x..x", {x, cholesky_polar<T>, shape});
    p.add("absolute eps 1e-2",                            ".............x..", {x, soft_polar<T>(1e-2), shape});
    p.add("absolute eps 1e-8",                            ".............x..", {x, soft_polar<T>(1e-8), shape});
    p.add("stray abs",                                    ".xx...xx...xx.x.", {x, stray_abs<T>, polar<T>, shape});
    p.add("entries clipped",                              "..x....x....x...", {x, polar<T>, clipped<T>(0.25), shape});
    p.add("one matrix cut into tiles",                    ".....x.x..x.x..x", {x, halves, shape});
    p.add("row means subtracted",                         "......xx...xx..x", {x, without_row_means<T>, polar<T>, shape});
    p.add("last row out of the loop",                     "x.x.......x.x..x", {x, polar<T>, no_last_row<T>, shape});
    p.add("last column out of the loop",                  ".....x.x..x.x..x", {x, no_last_column<T>, polar<T>, shape});
    p.add("U V for U V'",                                 ".....xxx..xxx..x", {x, u_v<T>, shape});
    p.add("signs of singular vectors fixed side by side", ".xx...xx...xx.x.", {x, signs_side_by_side<T>, shape});
    p.add("shape factor by position",                     "x.x..x.x..x.x..x", {x, polar<T>, factor_by_position<T>});
    p.add("rate ramps with the row",                      "x.x.......x.x..x", {x, polar<T>, shape, ramped<T>});
    p.add("momentum takes the maximum",                   ".xx...xx...xx.x.", {maximum<T>{}, polar<T>, shape});
    p.add("rounded to bfloat16",                          "..x....x....xx..", {x, bfloat16<T>, polar<T>, shape});
    p.add("overflow guard clamps",                        ".............x..", {guarded<T>, x, polar<T>, shape});
    p.add("remainder of a tile left as it was",           ".....x.x..x.xx.x", {x, transposed<T>(by_fours<T>(polar<T>)), shape});
}

template <class T>
void in_quintic_muon(planted<T>& p) {
    p.rule = "quintic_muon";
    const rule<T> x = heavy_ball<T>(), unit = unit_frobenius<T>, five = five_quintics<T>, shape = with_side_factor<T>;
    const rule<T> by_iteration = over<T>(iterated_norm<T>);
    p.add("absolute eps 1e-2",                            ".............x..", {x, soft_frobenius<T>(1e-2), five, shape});
    p.add("absolute eps 1e-8",                            ".............x..", {x, soft_frobenius<T>(1e-8), five, shape});
    p.add("largest entry for the norm",                   "..x....x....x...", {x, over<T>(largest_for_all<T>), five, shape});
    p.add("rounded to bfloat16",                          "..x....x....x...", {x, unit, rounded_quintics<T>, shape});
    p.add("overflow guard clamps",                        ".............x..", {x, guarded<T>, unit, five, shape});
    p.add("entry-wise product for the matrix product",    "..x....x....x...", {x, unit, entry_quintics<T>, shape});
    p.add("power iteration from a fixed start",           "......xx...xx..x", {x, unit, by_iteration, five, shape});
    p.add("causal mask left on",                          "x.x..x.x..x.x..x", {x, causal<T>, unit, five, shape});
    p.add("constant bias",                                ".xx...xx...xxxx.", {x, biased<T>, unit, five, shape});
    p.add("fixed sketch",                                 ".....xxx..xxx..x", {x, sketched<T>, unit, five, shape});
    p.add("diagonal for the full matrix",                 "..x.........x..x", {x, unit, diagonal_quintics<T>, shape});
    p.add("state rolled by one",                          "xxx.......xxx..x", {heavy_ball<T>(rolled_rows<T>), unit, five, shape});
    p.add("state indexed as if transposed",               "xxx..xxx..xxx..x", {heavy_ball<T>(misread<T>), unit, five, shape});
    p.add("padding mask left on",                         ".....x.x..x.x..x", {x, no_first_column<T>, unit, five, shape});
    p.add("rows left sorted",                             "xxx.......xxx..x", {x, unit, five, sorted_rows<T>, shape});
}

template <class T>
void in_row_norm(planted<T>& p) {
    p.rule = "row_norm";
    const rule<T> x = average<T>(), unit = unit_rows<T>;
    p.add("norm of the wrong axis",             "....x..x........", {x, unit_columns<T>});
    p.add("largest entry for the norm",         ".......x........", {x, rows_by_largest<T>});
    p.add("absolute eps 1e-2",                  "....x........x..", {x, soft_rows_over<T>(1e-2)});
    p.add("absolute eps 1e-8",                  "....x........x..", {x, soft_rows_over<T>(1e-8)});
    p.add("stray abs",                          ".x....xx...x..x.", {x, unit, stray_abs<T>});
    p.add("last row out of the loop",           "x...x.....x..x..", {x, but_last_row<T>(unit)});
    p.add("small values set to zero",           "....x........x..", {x, unit_rows_above<T>(0.1)});
    p.add("compared with the first row",        "x...x.....x.....", {x, by_first_row<T>});
    p.add("rows left sorted",                   "xx..x.....xx....", {x, sorted_rows<T>, unit});
    p.add("padding mask left on",               "x.........x.....", {x, unit, no_first_row<T>});
    p.add("momentum takes the maximum",         ".x....xx...x..x.", {maximum<T>{}, unit});
    p.add("rate ramps with the row",            "x.........x.....", {x, unit, ramped<T>});
    p.add("remainder of a tile left as it was", "x...x.....x..x..", {x, by_fours<T>(unit)});
    p.add("state rolled by one",                "xx..x.....xx....", {average<T>(rolled_rows<T>), unit});
}

template <class T>
void in_column_norm(planted<T>& p) {
    p.rule = "column_norm";
    const rule<T> x = average<T>(), unit = unit_columns<T>;
    p.add("norm of the wrong axis",             "..x......x......", {x, unit_rows<T>});
    p.add("largest entry for the norm",         "..x.............", {x, transposed<T>(rows_by_largest<T>)});
    p.add("last column out of the loop",        ".....x...xx..x..", {x, transposed<T>(but_last_row<T>(unit_rows<T>))});
    p.add("remainder of a tile left as it was", ".....x...xx..x..", {x, transposed<T>(by_fours<T>(unit_rows<T>))});
    p.add("row-major buffer read by columns",   "xxx..xx...xx....", {x, unit, misread<T>});
    p.add("state indexed as if transposed",     "xxx..xx..xxx....", {average<T>(misread<T>), unit});
    p.add("state rolled by one",                "xxx..xx..xxx....", {average<T>(rolled_memory<T>), unit});
    p.add("entries clipped",                    "..x......x...x..", {clipped<T>(0.5), x, unit});
    p.add("even function for the sign",         ".xx...x....x..x.", {x, squares<T>, unit});
    p.add("overflow guard clamps",              ".........x...x..", {x, guarded<T>, unit});
    p.add("leaky slope left on",                ".xx...x....x..x.", {leaky<T>, x, unit});
    p.add("absolute eps 1e-8",                  ".........x...x..", {x, transposed<T>(soft_rows_over<T>(1e-8))});
}

template <class T>
void in_centred_row_norm(planted<T>& p) {
    p.rule = "centred_row_norm";
    const rule<T> x = average<T>(), unit = unit_rows<T>, mid = centre<T>;
    p.add("centring forgotten",              "...x............", {x, unit, mid});
    p.add("centring along the wrong axis",   "...x..xx........", {x, without_row_means<T>, unit, mid});
    p.add("compared with the first row",     "x.........x.....", {x, mid, by_first_row<T>, mid});
    p.add("last row out of the loop",        "x.........x.....", {x, centre_but_last<T>, unit, mid});
    p.add("mean over one too many",          "...x............", {x, short_centre<T>, unit, mid});
    p.add("maximum subtracted for the mean", "......xx......x.", {x, without_maximum<T>, unit_rows_above<T>(0), mid});
    p.add("absolute eps 1e-8",               ".............x..", {x, mid, soft_rows_over<T>(1e-8), mid});
    p.add("rounded to bfloat16",             "...x...x.....x..", {bfloat16<T>, x, mid, unit, mid});
    p.add("rounded to integers",             "...x...x.....x..", {integers<T>, x, mid, unit, mid});
    p.add("stray abs",                       "......xx......x.", {x, mid, stray_abs<T>, unit, mid});
    p.add("largest entry for the norm",      ".......x........", {x, mid, rows_by_largest<T>, mid});
    p.add("only the larger half of entries", ".......x........", {x, mid, unit, larger_half<T>, mid});
    p.add("constant bias",                   "......xx.....xx.", {x, mid, biased<T>, unit, mid});
    p.add("padding mask left on",            "x.........x.....", {x, mid, unit, mid, no_first_row<T>});
}

template <class T>
void in_sign(planted<T>& p) {
    p.rule = "sign";
    const rule<T> x = average<T>(), sign = signs<T>;
    p.add("even function for the sign",         ".x....x....x..x.", {x, squares<T>, sign});
    p.add("momentum takes the maximum",         ".x....x....x..x.", {maximum<T>{}, sign});
    p.add("small values set to zero",           "....x....x...x..", {x, large_entries<T>, sign});
    p.add("absolute eps 1e-2",                  "....x....x...x..", {x, soft_signs<T>(1e-2)});
    p.add("absolute eps 1e-8",                  "....x....x...x..", {x, soft_signs<T>(1e-8)});
    p.add("row means subtracted",               "......x..x.x...x", {x, without_row_means<T>, sign});
    p.add("row-major buffer read by columns",   "xx...xx...xx...x", {x, sign, misread<T>});
    p.add("state indexed as if transposed",     "xx..xxx..xxx...x", {average<T>(misread<T>), sign});
    p.add("only the larger half of entries",    "....x....x......", {x, larger_half<T>, sign});
    p.add("padding mask left on",               ".....x....x....x", {x, sign, no_first_column<T>});
    p.add("rate ramps with the row",            "x.........x....x", {x, sign, ramped<T>});
    p.add("constant bias",                      ".x..x.x..x.x.xx.", {x, biased<T>, sign});
    p.add("causal mask left on",                "x....x....x....x", {x, sign, causal<T>});
    p.add("rounded to integers",                "....x....x...x..", {integers<T>, x, sign});
    p.add("remainder of a tile left as it was", "x...x....xx..x.x", {x, by_fours<T>(sign)});
}

template <class T>
void in_frobenius(planted<T>& p) {
    p.rule = "frobenius";
    const rule<T> x = average<T>(), unit = unit_frobenius<T>;
    p.add("largest entry for the norm",       "..x....x....x...", {x, over<T>(largest_for_all<T>)});
    p.add("norm of the wrong axis",           "..x.........x..x", {x, unit_rows<T>});
    p.add("row-major buffer read by columns", "xxx..xxx..xxx..x", {misread<T>, x, unit});
    p.add("absolute eps 1e-2",                ".............x..", {x, soft_frobenius<T>(1e-2)});
    p.add("absolute eps 1e-8",                ".............x..", {x, soft_frobenius<T>(1e-8)});
    p.add("stray abs",                        ".xx...xx...xx.x.", {x, stray_abs<T>, unit});
    p.add("rounded to integers",              "..x....x....x...", {x, eight_bits<T>, unit});
    p.add("only the larger half of entries",  "..x....x....x...", {x, larger_half<T>, unit});
    p.add("causal mask left on",              "x.x..x.x..x.x..x", {x, causal<T>, unit});
    p.add("last row out of the loop",         "x.x.......x.x..x", {x, over<T>(norm_but_last_row<T>)});
    p.add("row means subtracted",             "......xx...xx..x", {x, without_row_means<T>, unit});
    p.add("fixed sketch",                     ".....xxx..xxx..x", {x, over<T>(sketched_norm<T>)});
    p.add("constant bias",                    ".xx...xx...xx.x.", {x, unit, biased<T>});
    p.add("momentum takes the maximum",       ".xx...xx...xx.x.", {maximum<T>{}, unit});
    p.add("entries clipped",                  "..x....x....x...", {x, unit, clipped<T>(0.2)});
    p.add("leaky slope left on",              ".xx...xx...xx.x.", {leaky<T>, x, unit});
    p.add("overflow guard clamps",            ".............x..", {guarded<T>, x, unit});
}

template <class T>
void in_left_spectral(planted<T>& p) {
    p.rule = "left_spectral";
    const rule<T> inverse_root = root<T>(-0.5), whole = preconditioned<T>{inverse_root};
    auto with = [&](rule<T> change) { return rule<T>(preconditioned<T>{rule<T>(chain<T>{{std::move(change), inverse_root}})}); };
    p.add("inverse for the inverse root",           ".............x..", {preconditioned<T>{root<T>(-1)}});
    p.add("Cholesky factor for the symmetric root", "x.x.......x.x...", {preconditioned<T>{inverse_cholesky<T>}});
    p.add("diagonal for the full matrix",           "..x.........x...", {with(diagonal<T>)});
    p.add("absolute eps 1e-2",                      ".............x..", {with(plus_identity<T>(1e-2))});
    p.add("absolute eps 1e-8",                      ".............x..", {with(plus_identity<T>(1e-8))});
    p.add("stray abs",                              ".xx........xx...", {with(stray_abs<T>)});
    p.add("rounded to bfloat16",                    "..x.........xx..", {with(bfloat16<T>)});
    p.add("overflow guard clamps",                  ".............x..", {with(guarded<T>)});
    p.add("padding mask left on",                   "x.x.......x.x...", {whole, no_first_row<T>});
    p.add("row means subtracted",                   "......xx...xx...", {without_row_means<T>, whole});
    p.add("one matrix cut into tiles",              "x.x.......x.x...", {with(tiles<T>)});
    p.add("fixed sketch",                           ".....xxx..xxx...", {sketched<T>, whole});
}

template <class T>
void in_polar_then_rows(planted<T>& p) {
    p.rule = "polar_then_rows";
    const rule<T> x = average<T>(), unit = unit_rows<T>, factor = polar<T>;
    p.add("norm of the wrong axis",                       ".......x....x...", {x, factor, unit_columns<T>});
    p.add("largest entry for the norm",                   "..x....x....x..x", {x, factor, rows_by_largest<T>});
    p.add("Newton-Schulz never called",                   "..x.........x..x", {x, unit});
    p.add("Cholesky factor for the symmetric root",       "x.x..x.x..x.x..x", {x, cholesky_polar<T>, unit});
    p.add("last row out of the loop",                     "x.x.......x.x..x", {x, factor, unit, no_last_row<T>});
    p.add("rounded to bfloat16",                          "..x....x....x..x", {x, factor, bfloat16<T>, unit});
    p.add("signs of singular vectors fixed side by side", ".xx...xx...xx.x.", {x, signs_side_by_side<T>, unit});
    p.add("absolute eps 1e-2",                            "..x.........xx.x", {x, soft_polar<T>(1e-2), unit});
    p.add("one matrix cut into tiles",                    "..x..x.x..x.x..x", {x, transposed<T>(two_heads<T>(factor)), unit});
    p.add("U V for U V'",                                 "..x..xxx..xxx..x", {x, u_v<T>, unit});
    p.add("entries clipped",                              "..x....x....x..x", {x, factor, clipped<T>(0.25), unit});
}

template <class T>
void in_rows_then_polar(planted<T>& p) {
    p.rule = "rows_then_polar";
    const rule<T> x = average<T>(), unit = unit_rows<T>, factor = polar<T>;
    p.add("one side forgotten",                     "....x...........", {x, factor});
    p.add("norm of the wrong axis",                 "....x..x........", {x, unit_columns<T>, factor});
    p.add("largest entry for the norm",             ".......x........", {x, rows_by_largest<T>, factor});
    p.add("Cholesky factor for the symmetric root", "x....x.x..x.....", {x, unit, cholesky_polar<T>});
    p.add("absolute eps 1e-8",                      "....x........x..", {x, soft_rows_over<T>(1e-8), factor});
    p.add("compared with the first row",            "....x...........", {x, by_first_row<T>, factor});
    p.add("small values set to zero",               "....x........x..", {x, unit_rows_above<T>(0.1), factor});
    p.add("last row out of the loop",               "x...x.....x..x..", {x, but_last_row<T>(unit), factor});
    p.add("stray abs",                              ".x....xx...x..x.", {x, unit, stray_abs<T>, factor});
    p.add("fixed sketch",                           ".....xxx..xx....", {x, unit, sketched<T>, factor});
    p.add("causal mask left on",                    "x....x.x..x.....", {x, causal<T>, unit, factor});
    p.add("leaky slope left on",                    ".x....xx...x..x.", {leaky<T>, x, unit, factor});
    p.add("remainder of a tile left as it was",     "x...x.....x..x..", {x, by_fours<T>(unit), factor});
    p.add("rate ramps with the row",                "x.........x.....", {x, unit, ramped<T>, factor});
}

template <class T>
void in_exact_adam(planted<T>& p) {
    p.rule = "exact_adam";
    auto first = [](rule<T> damage) { return rule<T>(exact_adam<T>{.first = std::move(damage)}); };
    auto second = [](rule<T> damage) { return rule<T>(exact_adam<T>{.second = std::move(damage)}); };
    const rule<T> whole = exact_adam<T>{};
    const rule<T> row_mean = [](matrix<T> const& v) { return matrix<T>(v.rowwise().mean().replicate(1, v.cols())); };
    p.add("absolute eps 1e-2",               "....x....x...x..", {second(plus<T>(1e-4))});
    p.add("absolute eps 1e-8",               "....x....x...x..", {second(plus<T>(1e-16))});
    p.add("norm of the wrong axis",          ".........x.....x", {second(row_mean)});
    p.add("state indexed as if transposed",  "x...xx...xx....x", {second(misread<T>)});
    p.add("state rolled by one",             "xx..x.....xx...x", {first(rolled_rows<T>)});
    p.add("stray abs",                       ".x....x....x..x.", {first(stray_abs<T>)});
    p.add("inverse for the inverse root",    "....x....x...x..", {second(squares<T>)});
    p.add("constant bias",                   ".x....x....x..x.", {whole, biased<T>});
    p.add("entries clipped",                 "....x....x...x..", {clipped<T>(0.5), whole});
    p.add("rounded to integers",             "....x....x......", {first(eight_bits<T>)});
    p.add("only the larger half of entries", "....x....x......", {first(larger_half<T>)});
    p.add("rate ramps with the row",         "x.........x....x", {whole, ramped<T>});
    p.add("overflow guard clamps",           "....x....x...x..", {second(guarded<T>)});
    p.add("padding mask left on",            ".....x....x....x", {whole, no_first_column<T>});
    p.add("rounded to bfloat16",             "....x....x...x..", {first(bfloat16<T>)});
}

template <class T>
void in_shampoo(planted<T>& p) {
    p.rule = "shampoo";
    const rule<T> quarter = root<T>(-0.25), eighth = root<T>(-0.125);
    auto left = [&](rule<T> f) { return rule<T>(preconditioned<T>{std::move(f), quarter}); };
    auto both = [](rule<T> f) { return rule<T>(preconditioned<T>{f, f}); };
    auto before = [](rule<T> change, rule<T> f) { return rule<T>(chain<T>{{std::move(change), std::move(f)}}); };
    const rule<T> whole = both(quarter), factor = before(root<T>(0.5), inverse_cholesky<T>);
    p.add("inverse for the inverse root",           ".............x..", {both(root<T>(-0.5))});
    p.add("Cholesky factor for the symmetric root", "x.x..x.x..x.x...", {both(factor)});
    p.add("diagonal for the full matrix",           "..x....x....x...", {both(before(diagonal<T>, quarter))});
    p.add("absolute eps 1e-2",                      ".............x..", {both(before(plus_identity<T>(1e-2), quarter))});
    p.add("absolute eps 1e-8",                      ".............x..", {both(before(plus_identity<T>(1e-8), quarter))});
    p.add("one side forgotten",                     ".............x.x", {preconditioned<T>{quarter}});
    p.add("row-major buffer read by columns",       "xxx..xxx..xxx..x", {misread<T>, whole});
    p.add("one matrix cut into tiles",              "x.x.......x.x..x", {left(before(tiles<T>, quarter))});
    p.add("stray abs",                              ".xx........xx..x", {left(before(stray_abs<T>, quarter))});
    p.add("rounded to bfloat16",                    "..x.........xx.x", {left(before(bfloat16<T>, quarter))});
    p.add("row means subtracted",                   "......xx...xx..x", {without_row_means<T>, whole});
    p.add("last column out of the loop",            ".....x.x..x.x..x", {no_last_column<T>, whole});
    p.add("overflow guard clamps",                  ".............x..", {guarded<T>, whole});
}

template <class T>
void in_nuclear_polar(planted<T>& p) {
    p.rule = "nuclear_polar";
    const rule<T> x = average<T>(), whole = sized<T>(nuclear<T>, polar<T>);
    p.add("largest entry for the norm",                   "..x....x....x...", {x, sized<T>(largest<T>, polar<T>)});
    p.add("last row out of the loop",                     "x.x.......x.x..x", {x, sized<T>(nuclear_but_last_row<T>, polar<T>)});
    p.add("U V for U V'",                                 ".....xxx..xxx..x", {x, sized<T>(nuclear<T>, u_v<T>)});
    p.add("signs of singular vectors fixed side by side", ".xx...xx...xx.x.", {x, sized<T>(nuclear<T>, signs_side_by_side<T>)});
    p.add("momentum takes the maximum",                   ".xx...xx...xx.x.", {maximum<T>{}, whole});
    p.add("entries clipped",                              "..x....x....x...", {x, whole, clipped<T>(0.05)});
    p.add("rows left sorted",                             "xxx.......xxx..x", {sorted_rows<T>, x, whole});
    p.add("fixed sketch",                                 ".....xxx..xxx..x", {x, sketched<T>, whole});
    p.add("only the larger half of entries",              "..x....x....x...", {x, larger_half<T>, whole});
    p.add("state indexed as if transposed",               "xxx..xxx..xxx..x", {average<T>(misread<T>), whole});
    p.add("rounded to bfloat16",                          "..x....x....x...", {x, bfloat16<T>, whole});
    p.add("Cholesky factor for the symmetric root",       "x.x..x.x..x.x..x", {x, sized<T>(nuclear<T>, cholesky_polar<T>)});
    p.add("power iteration from a fixed start",           "......xx...xx..x", {x, sized<T>(iterated_norm<T>, polar<T>)});
    p.add("remainder of a tile left as it was",           "x.x.......x.x..x", {x, by_fours<T>(whole)});
}

template <class T>
void in_router(planted<T>& p) {
    p.rule = "router";
    const rule<T> x = average<T>(), unit = unit_rows<T>, mid = centre<T>, factor = polar<T>;
    p.add("centring forgotten",              "...x............", {x, unit, mid, factor, mid});
    p.add("centring along the wrong axis",   "...x..xx........", {x, without_row_means<T>, unit, mid, factor, mid});
    p.add("norm of the wrong axis",          ".......x........", {x, mid, unit_columns<T>, mid, factor, mid});
    p.add("absolute eps 1e-2",               ".............x..", {x, mid, soft_rows_over<T>(1e-2), mid, factor, mid});
    p.add("absolute eps 1e-8",               ".............x..", {x, mid, soft_rows_over<T>(1e-8), mid, factor, mid});
    p.add("padding mask left on",            "x.........x.....", {x, mid, unit, mid, factor, mid, no_first_row<T>});
    p.add("fixed sketch",                    ".....xxx..x.....", {x, mid, unit, sketched<T>, mid, factor, mid});
    p.add("momentum takes the maximum",      "......xx......x.", {maximum<T>{}, mid, unit, mid, factor, mid});
    p.add("leaky slope left on",             "...x..xx......x.", {leaky<T>, x, mid, unit, mid, factor, mid});
    p.add("small values set to zero",        ".............x..", {x, mid, unit_rows_above<T>(0.1), mid, factor, mid});
    p.add("last row out of the loop",        "x.........x.....", {x, centre_but_last<T>, unit, mid, factor, mid});
    p.add("mean over one too many",          "...x............", {x, short_centre<T>, unit, mid, factor, mid});
    p.add("maximum subtracted for the mean", "......xx......x.", {x, without_maximum<T>, unit_rows_above<T>(0), mid, factor, mid});
    p.add("rows left sorted",                "x.........x.....", {x, mid, sorted_rows<T>, unit, mid, factor, mid});
    p.add("rounded to integers",             ".......x........", {x, mid, unit, integers<T>, mid, factor, mid});
}

template <class T>
void in_heads(planted<T>& p) {
    p.rule = "heads";
    const rule<T> x = average<T>(), whole = two_heads<T>(polar<T>);
    p.add("heads split along the wrong axis",             ".....x.x........", {x, transposed<T>(whole)});
    p.add("Newton-Schulz never called",                   ".............x..", {x});
    p.add("inverse for the inverse root",                 ".............x..", {x, two_heads<T>(inverse_gram<T>)});
    p.add("row-major buffer read by columns",             ".x...xxx...x....", {misread<T>, x, whole});
    p.add("stray abs",                                    ".x....xx...x..x.", {x, stray_abs<T>, whole});
    p.add("row means subtracted",                         "......xx...x....", {x, without_row_means<T>, whole});
    p.add("last column out of the loop",                  ".....x.x........", {x, no_last_column<T>, whole});
    p.add("remainder of a tile left as it was",           ".............x..", {x, by_fours<T>(whole)});
    p.add("U V for U V'",                                 ".....xxx...x....", {x, two_heads<T>(u_v<T>)});
    p.add("signs of singular vectors fixed side by side", ".x....xx...x..x.", {x, two_heads<T>(signs_side_by_side<T>)});
    p.add("rounded to bfloat16",                          ".......x.....x..", {x, bfloat16<T>, whole});
    p.add("momentum takes the maximum",                   ".x....xx...x..x.", {maximum<T>{}, whole});
    p.add("entries clipped",                              ".......x........", {x, whole, clipped<T>(0.25)});
    p.add("absolute eps 1e-8",                            ".............x..", {x, two_heads<T>(soft_polar<T>(1e-8))});
}
// clang-format on

}  // namespace mutation

template <class T>
std::vector<fault<T>> faults() {
    mutation::planted<T> p;
    for (auto in :
         {mutation::in_users_muon<T>, mutation::in_quintic_muon<T>, mutation::in_row_norm<T>, mutation::in_column_norm<T>, mutation::in_centred_row_norm<T>,
          mutation::in_sign<T>, mutation::in_frobenius<T>, mutation::in_left_spectral<T>, mutation::in_polar_then_rows<T>, mutation::in_rows_then_polar<T>,
          mutation::in_exact_adam<T>, mutation::in_shampoo<T>, mutation::in_nuclear_polar<T>, mutation::in_router<T>, mutation::in_heads<T>})
        in(p);
    return p.all;
}

}  // namespace zoo
