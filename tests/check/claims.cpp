// SPDX-License-Identifier: MIT
#include "prove_claim.hpp"
#include <isotypic/polar/coupled_root.hpp>
#include <isotypic/polar/gram_newton_schulz.hpp>
#include <isotypic/polar/turbo_muon.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/geometric_median.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/rule.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/steepest.hpp>
#include <isotypic/update/update_for.hpp>
#include <doctest/doctest.h>

/// \file
/// The claims of every part, one line a rule.
using namespace isotypic;
using proof::prove_claim;

TEST_CASE("claims: averages and baselines") {
    prove_claim("identity", identity{});
    prove_claim("momentum", momentum{.beta = 0.7});
    prove_claim("momentum, Nesterov", momentum{.beta = 0.7, .nesterov = true});
    prove_claim("heavy_ball", heavy_ball{.beta = 0.7});
    prove_claim("heavy_ball, Nesterov", heavy_ball{.beta = 0.7, .nesterov = true});
    prove_claim("adam", adam{});
    prove_claim("lion", lion{.beta1 = 0.5, .beta2 = 0.7});
}

TEST_CASE("claims: rows and columns") {
    prove_claim("row_norm", row_norm{});
    prove_claim("row_norm, alpha 1", row_norm{.alpha = 1});
    prove_claim("column_norm", column_norm{});
    prove_claim("sign", sign{});
    prove_claim("sign, alpha 1", sign{.alpha = 1});
    prove_claim("damped_row_norm, added", damped_row_norm{});
    prove_claim("damped_row_norm, floor", damped_row_norm{.eps = 1e-8, .floor = true});
    prove_claim("damped_row_norm, relative", damped_row_norm{.eps = 0.1, .relative = true});
    prove_claim("scaled_row_norm", scaled_row_norm{});
    prove_claim("scaled_row_norm, floor", scaled_row_norm{.floor = 0.5});
    prove_claim("row_adam", row_adam{});
    prove_claim("a callable", rule<symmetry<signed_permutation, signed_permutation>>([](auto x, auto y) {
                    for (index_t i = 0; i < x.rows; ++i)
                        for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) / (1 + std::fabs(x(i, j)));
                }));
}

TEST_CASE("claims: shifts") {
    prove_claim("centre", centre{});
    prove_claim("columns centred", by_columns(centre{}));
    prove_claim("geometric_median_rows", geometric_median_rows{});
    prove_claim("columns of geometric medians", by_columns(geometric_median_rows{}));
    prove_claim("centred unit rows", momentum{.beta = 0.7} | centre{} | row_norm{} | centre{});
    prove_claim("centred unit columns", by_columns(momentum{.beta = 0.7} | centre{} | row_norm{} | centre{}));
    prove_claim("centred on both sides", centre{} | by_columns(centre{}));
    prove_claim("update_for a shared row", update_for<up_to_row_shift<permutation, orthogonal>>{});
    prove_claim("update_for a shared column", update_for<up_to_column_shift<orthogonal, permutation>>{});
    prove_claim("update_for a shared row, both sides exchangeable", update_for<up_to_row_shift<permutation, permutation>>{});
}

TEST_CASE("claims: polar factors") {
    prove_claim("polar", polar{});
    prove_claim("polar, Keller", polar{newton_schulz{keller}});
    prove_claim("polar, Turbo-Muon", polar{turbo_muon{}});
    prove_claim("polar, Gram Newton-Schulz", polar{gram_newton_schulz{}});
    prove_claim("polar, coupled root", polar{coupled_root{}});
    prove_claim("polar, nuclear scale", momentum{.beta = 0.7} | polar<>{.alpha = 1});
    prove_claim("centred polar", centre{} | polar{} | centre{});
    prove_claim("rows, then polar", row_norm{} | polar{});
    prove_claim("polar, then rows", polar{} | row_norm{});
}
