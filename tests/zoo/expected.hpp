// SPDX-License-Identifier: MIT
#pragma once

/// \file
/// What every rule of rules.hpp commutes with, derived from its formula by hand and written before any run.
///
/// Sixteen characters, '=' where the action holds and 'x' where it breaks, in this order:
///
///     rows      permutation, signs, rotation (each f(gG) = g f(G)), shift f(G + 1c') = f(G), scale f(DG) = f(G)
///     columns   the same five from the right
///     both      permutation, signs, rotation, one element on either side
///     scale f(tG) = f(G),  minus one f(-G) = -f(G),  transposition f(G') = f(G)'
///
/// For generic full-rank 4 x 6 (wide), 6 x 4 (tall) and 5 x 5 (square) gradients over three steps that one element
/// moves; t > 0 and the entries of D > 0 anywhere from 2^-30 to 2^30, in float and in double alike.
namespace zoo {

struct expectation {
    char const* rule;
    char const* wide;
    char const* tall;
    char const* square;
    char const* reason;
};

// clang-format off
inline const expectation expected[] = {
    {"sgd", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "linear in G: all linear actions, no invariance"},
    {"sgd_momentum", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "an average is linear: as the gradient itself"},
    {"nesterov", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "a linear combination of gradients"},
    {"normalized_sgd", "===xx===xx======", "===xx===xx======", "===xx===xx======",
     "the Frobenius norm is invariant under O x O; no eps, so no scale"},
    {"entry_max", "==xxx==xxx==x===", "==xxx==xxx==x===", "==xxx==xxx==x===",
     "the largest entry knows signed permutations only; no eps, so no scale"},
    {"clip_frobenius", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "a radial rule with a threshold of its own: O x O, but t > 0 matters below the threshold"},
    {"clip_max", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "the largest entry again, with a threshold"},
    {"clip_entries", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "entry by entry and odd, with a threshold"},
    {"centralize_rows", "===xx=xx=x=xxx=x", "===xx=xx=x=xxx=x", "===xx=xx=x=xxx=x",
     "G (I - 11'/n): O on the left; on the right only what keeps 1 up to itself: permutations; c1' dies; linear, so no scale"},
    {"centralize_columns", "=xx=x===xx=xxx=x", "=xx=x===xx=xxx=x", "=xx=x===xx=xxx=x",
     "(I - 11'/m) G: O on the right, permutations on the left; 1c' dies"},
    {"sign_sgd", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "signs do not see a positive scale of rows, columns or all; a generic shift flips some"},
    {"signum", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "all steps are scaled alike, so M is, and its signs do not see it"},
    {"lion", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "the sign of a linear combination: as signum"},
    {"adam", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "elementwise second moment: signed permutations; eps is absolute: no scale of any kind"},
    {"adam_inside", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "as adam; eps within the root is felt already below 1e-4"},
    {"adam_atan2", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "mh / sqrt(vh) entry by entry without eps: every positive scale of an entry cancels"},
    {"amsgrad", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "a maximum entry by entry is as elementwise as v; absolute eps"},
    {"adagrad", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "elementwise sum of squares; absolute eps"},
    {"rmsprop", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "elementwise average of squares; absolute eps"},
    {"nadam", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "as adam with another numerator"},
    {"adamax", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "a quotient of two elementwise averages of degree one, without eps"},
    {"ada_belief", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "(g - m)^2 entry by entry; two absolute eps"},
    {"radam", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "r_t is about t while t is small: below 4 for three steps, where the rule is plain averaged momentum, so rotations hold"},
    {"adafactor", "==xxx==xxx==x===", "==xxx==xxx==x===", "==xxx==xxx==x===",
     "row and column sums of squares: signed permutations; V scales as G^2, no eps; D mixes into the column sums; rc'/sum is symmetric"},
    {"sm3", "==xxx==xxx==x===", "==xxx==xxx==x===", "==xxx==xxx==x===",
     "maxima over rows and columns; the minimum of the two does not scale with rows alone; no eps; symmetric in both sides"},
    {"rmnp", "==xxx===xx==xx=x", "==xxx===xx==xx=x", "==xxx===xx==xx=x",
     "row norms: permutations and signs of rows, O of columns; eps is absolute, so neither t nor D cancels"},
    {"scale_rows", "==xxx===xx==xx=x", "==xxx===xx==xx=x", "==xxx===xx==xx=x",
     "as rmnp; the floor 1e-8 is reached only below it: t or d of 2^-30 do"},
    {"scale_columns", "===xx==xxx==xx=x", "===xx==xxx==xx=x", "===xx==xxx==xx=x",
     "the columns' counterpart of scale_rows, same floor"},
    {"column_norm", "===xx==xx===x==x", "===xx==xx===x==x", "===xx==xx===x==x",
     "column norms without eps: O of rows, and positive column scales cancel, over the state too"},
    {"sink_gd", "==xx===xxx==x==x", "==xx===xxx==x==x", "==xx===xxx==x==x",
     "the first row normalisation removes D on rows; five rounds do not converge, so D on columns and the order of sides stay"},
    {"swan", "==xx==xx=x=xx==x", "==xx==xx=x=xx==x", "==xx==xx=x=xx==x",
     "row means and deviations: c1' and D on rows die, signs of columns change the means; |S|_F is sqrt(mn), so t dies; square, tall: S is singular"},
    {"muon", "===xx===xx===x=x", "===xx===xx===x=x", "===xx===xx===x==",
     "odd polynomial; 1e-7 is added to the norm: no scale; sqrt(max(1, m/n)) breaks transposition unless square"},
    {"muon_exact", "===xx===xx=====x", "===xx===xx=====x", "===xx===xx======",
     "no eps: scale holds; sqrt(max(1, m/n)) breaks transposition unless square"},
    {"moonlight", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "max(m, n) is symmetric; 1e-7 is added to the norm: no scale"},
    {"polar_express", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "odd polynomial without a shape factor; 1e-6 is added to the norm: no scale"},
    {"nor_muon", "==xxx===xx==xx=x", "==xxx===xx==xx=x", "==xxx===xx==xx=x",
     "five quintic steps leave the rows of O unequal for every shape: rows only by signed permutation; 1e-7 in the norm"},
    {"nor_muon_exact", "===xx===xx=====x", "==xxx===xx==x==x", "===xx===xx======",
     "rows of a wide or square polar factor are unit: it stays itself; tall rows are not; wide against tall differ; its eps meets O alone"},
    {"ada_muon", "==xx===xx===x===", "==xx===xx===x===", "==xx===xx===x===",
     "sign(X) sees no positive scale, all after it is fixed in size; elementwise v; 0.2 sqrt(mn) is symmetric"},
    {"namo", "===xx===xx======", "===xx===xx======", "===xx===xx======",
     "polar times a quotient of two Frobenius norms of degree one"},
    {"muon_squared", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "elementwise V before the polynomial; eps is absolute"},
    {"muon_eq_row", "==xx====xx==x==x", "==xx====xx==x==x", "==xx====xx==x==x",
     "unit rows first: D on rows dies, and the norm that 1e-7 joins is sqrt(m) whatever t"},
    {"muon_eq_column", "===xx==xx===x==x", "===xx==xx===x==x", "===xx==xx===x==x",
     "the columns' counterpart of muon_eq_row"},
    {"muon_eq_both", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "both norms at once divide twice: degree -1, so 1e-7 in the norm is felt for large t; D stays in the other side's norms; symmetric"},
    {"muon_plus_row", "===xx===xx=====x", "==xxx===xx==x==x", "===xx===xx======",
     "rows of a wide or square polar factor are unit, a tall one's are not; eps meets a polar factor: scale holds"},
    {"muon_plus_column", "===xx==xxx==x==x", "===xx===xx=====x", "===xx===xx======",
     "columns of a tall or square polar factor are unit, a wide one's are not"},
    {"muon_plus_column_row", "==xxx==xxx==x==x", "==xxx===xx==x==x", "===xx===xx======",
     "wide: columns change, then rows are no longer unit; tall: only rows change; square: neither"},
    {"aurora", "===xx==xx===x===", "==xx====xx==x===", "===xx===xx======",
     "unit rows of the tall orientation first: D on the long side dies; wide is the transpose of tall; square is plain polar"},
    {"dion", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x",
     "rows only turn P; Q_0 is a fixed corner: columns move only by signs, which QR hands on; at full rank Gram-Schmidt still has an order"},
    {"orth_dion", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x",
     "as dion: the order of columns in both QRs stays; with positive diagonals signs pass"},
    {"dion2", "==xxx==xxx==x===", "==xxx==xxx==x===", "==xxx==xxx==x==x",
     "l1 norms choose slices: rotations of either side change the choice; the shorter side turns with the transpose, a square takes rows"},
    {"muon_bp", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x", "===xxx=xxxx=x==x",
     "a polar factor for each block of columns: O of rows, signs of columns; permutations cross blocks; every second step is the whole polar"},
    {"ht_muon", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "a map of singular values of degree 0.125"},
    {"freon", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "a map of singular values of degree 1/2"},
    {"mu_con", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "a map of singular values with a threshold"},
    {"nu_muon", "===xx===xx======", "===xx===xx======", "===xx===xx======",
     "a map of singular values by rank: degree 0"},
    {"mud", "x=xx====xxx=x==x", "x=xx====xxx=x==x", "x=xx====xxx=x==x",
     "unit rows first: D on rows dies; the triangle has an order of rows, signs pass; QQ' does not see rotations of columns"},
    {"ssd", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "the nuclear norm times polar: degree 1"},
    {"polar_first", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "an average of polar factors times a nuclear norm: degree 1"},
    {"polar_adamw", "==xxx==xxx==xx==", "==xxx==xxx==xx==", "==xxx==xxx==xx==",
     "Adam's direction decides: elementwise, absolute eps"},
    {"shampoo", "===xx===xx======", "===xx===xx======", "===xx===xx======",
     "Gram matrices turn with their sides; the damping is relative: t^1 t^-1/2 t^-1/2; L and R change places"},
    {"shampoo_absolute", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "as shampoo, but eps is absolute: no scale"},
    {"one_sided_shampoo", "===xx===xx=====x", "===xx===xx=====x", "===xx===xx=====x",
     "sum GG' turns with rows and does not see columns; a sum over steps on the left is not one on the right, even if square"},
    {"soap", "===xx===xx===x==", "===xx===xx===x==", "===xx===xx===x==",
     "eigenbases turn with their sides, spectra are simple from step 2 on, v does not see signs; absolute eps; L and R change places"},
    {"one_sided_soap", "===xx==xxx==xx==", "==xxx===xx==xx==", "===xx==xxx==xx=x",
     "the smaller side is rotated into its eigenbasis, the other stays elementwise; a square takes rows; absolute eps"},
};
// clang-format on

}  // namespace zoo
