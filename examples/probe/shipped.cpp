// SPDX-License-Identifier: MIT
#include "source.hpp"
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/centre.hpp>
#include <isotypic/update/damped_rows.hpp>
#include <isotypic/update/geometric_median.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/polar_grad.hpp>
#include <isotypic/update/row_adam.hpp>
#include <isotypic/update/scaled_rows.hpp>
#include <isotypic/update/scion.hpp>
#include <isotypic/update/steepest.hpp>
#include <isotypic/update/symmetry_compatible.hpp>

using namespace isotypic;

std::vector<candidate> shipped_parts() {
    std::vector<candidate> list;
    auto add = [&](char const* name, auto const& rule) { list.push_back({name, as_black_box(rule)}); };

    add("identity", identity{});
    add("momentum", momentum{});
    add("momentum, Nesterov", momentum{.nesterov = true});
    add("heavy_ball", heavy_ball{});
    add("heavy_ball, Nesterov", heavy_ball{.nesterov = true});
    add("adam", adam{});
    add("lion", lion{});

    add("row_norm", row_norm{});
    add("row_norm, alpha 1", row_norm{.alpha = 1});
    add("column_norm", column_norm{});
    add("sign", sign{});
    add("sign, alpha 1", sign{.alpha = 1});
    add("damped_row_norm", damped_row_norm{});
    add("damped_row_norm, floor", damped_row_norm{.eps = 1e-8, .floor = true});
    add("damped_row_norm, relative", damped_row_norm{.eps = 0.1, .relative = true});
    add("scaled_row_norm", scaled_row_norm{});
    add("row_adam", row_adam{});
    add("columns of row_adam", by_columns(row_adam{}));

    add("centre", centre{});
    add("columns of centre", by_columns(centre{}));
    add("geometric_median_rows", geometric_median_rows{});
    add("columns of geometric_median_rows", by_columns(geometric_median_rows{}));
    add("centre, row_norm, centre", centre{} | row_norm{} | centre{});

    add("muon_keller", muon_keller());
    add("muon_moonlight", muon_moonlight());
    add("muon_heads", muon_heads());
    add("stochastic_spectral_descent", stochastic_spectral_descent());
    add("polar_grad", polar_grad());
    add("polar_first_grad", polar_first_grad<>{});
    add("muon_polar", muon_polar());

    add("scion_spectral", scion_spectral());
    add("scion_sign", scion_sign());
    add("scion_row_norm", scion_row_norm());
    add("scion_column_norm", scion_column_norm());
    add("scion_bias_rms", scion_bias_rms());

    add("row_norm_m", row_norm_m());
    add("columns of row_norm_m", by_columns(row_norm_m()));
    add("centred_row_norm_m", centred_row_norm_m());
    add("right_polar_grad_m", right_polar_grad_m());
    add("left_polar_grad_m", left_polar_grad_m());
    add("centred_right_polar_grad_m", centred_right_polar_grad_m());
    add("centred_left_polar_grad_m", centred_left_polar_grad_m());
    add("hybrid_polar_grad_m", hybrid_polar_grad_m());
    add("columns of hybrid_polar_grad_m", by_columns(hybrid_polar_grad_m()));
    add("centred_hybrid_polar_grad_m", centred_hybrid_polar_grad_m());
    add("hybrid_polar_then_row_m", hybrid_polar_then_row_m());
    add("centred_hybrid_polar_then_row_m", centred_hybrid_polar_then_row_m());
    return list;
}
