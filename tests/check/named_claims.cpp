// SPDX-License-Identifier: MIT
#include "prove_claim.hpp"
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/polar_grad.hpp>
#include <isotypic/update/scion.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <doctest/doctest.h>

/// \file
/// The claims of the rules that carry their authors' names, one line a rule.
using namespace isotypic;
using proof::prove_claim;

TEST_CASE("claims: the rules of arXiv 2605.18106") {
    prove_claim("row_norm_m", row_norm_m());
    prove_claim("row_norm_m, floor", row_norm_m({.floor = true}));
    prove_claim("columns of row_norm_m", by_columns(row_norm_m()));
    prove_claim("centred_row_norm_m", centred_row_norm_m());
    prove_claim("right_polar_grad_m", right_polar_grad_m());
    prove_claim("left_polar_grad_m", left_polar_grad_m());
    prove_claim("centred_right_polar_grad_m", centred_right_polar_grad_m());
    prove_claim("centred_left_polar_grad_m", centred_left_polar_grad_m());
    prove_claim("hybrid_polar_grad_m", hybrid_polar_grad_m());
    prove_claim("columns of hybrid_polar_grad_m", by_columns(hybrid_polar_grad_m()));
    prove_claim("centred_hybrid_polar_grad_m", centred_hybrid_polar_grad_m());
    prove_claim("hybrid_polar_then_row_m", hybrid_polar_then_row_m());
    prove_claim("centred_hybrid_polar_then_row_m", centred_hybrid_polar_then_row_m());
}

TEST_CASE("claims: Muon and PolarGrad") {
    prove_claim("muon_keller", muon_keller());
    prove_claim("muon_moonlight", muon_moonlight());
    prove_claim("muon_heads", muon_heads());
    prove_claim("stochastic_spectral_descent", stochastic_spectral_descent());
    prove_claim("polar_grad", polar_grad());
    prove_claim("polar_first_grad", polar_first_grad<>{});
    prove_claim("muon_polar", muon_polar());
}

TEST_CASE("claims: Scion") {
    prove_claim("scion_spectral", scion_spectral());
    prove_claim("scion_sign", scion_sign());
    prove_claim("scion_row_norm", scion_row_norm());
    prove_claim("scion_column_norm", scion_column_norm());
    prove_claim("scion_column_norm for embeddings", by_columns(scion_column_norm()));
    prove_claim("scion_bias_rms", scion_bias_rms());
}

TEST_CASE("claims: scale conventions") {
    prove_claim("keller_scale", scaled(keller_scale{}));
    prove_claim("row_rms_scale", row_norm{} | scaled(row_rms_scale{.rms = 0.2}));
    prove_claim("columns of row_rms_scale", by_columns(row_norm{} | scaled(row_rms_scale{.rms = 0.2})));
}
