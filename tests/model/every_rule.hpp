// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/isotypic.hpp>

/// \file
/// Every rule on its default engines, with a role that it fits.
namespace isotypic {

/// f(role{}, rule) for each.
template <class F>
void for_each_rule(F const& f) {
    struct entries : symmetry<signed_permutation, signed_permutation> {};
    const momentum m{.beta = 0.9};
    // rows x rotations
    f(embedding{}, row_norm{});
    f(embedding{}, m | row_norm{});
    f(embedding{}, heavy_ball{.beta = 0.9, .nesterov = true} | damped_row_norm{.eps = 1e-3, .relative = true});
    f(embedding{}, row_norm_m());
    f(embedding{}, hybrid_polar_grad_m());
    f(embedding{}, hybrid_polar_then_row_m());
    f(embedding{}, row_adam{});
    f(embedding{}, m | scaled_row_norm{.floor = 0.1});
    f(embedding{}, steepest<row_max>{.alpha = 1});
    // up to a shift
    f(lm_head{}, m | update_for<lm_head>{});
    f(lm_head{}, centred_row_norm_m());
    f(lm_head{}, m | geometric_median_rows{});
    f(lm_head{}, centred_right_polar_grad_m());
    f(lm_head{}, centred_hybrid_polar_grad_m());
    // columns
    f(swiglu_down{}, m | update_for<swiglu_down>{});
    f(transposed<lm_head>{}, by_columns(centred_row_norm_m()));
    // rotations on both sides
    f(projection{}, update_for<projection>{});
    f(projection{}, muon_keller());
    f(projection{}, muon_moonlight());
    f(projection{}, muon_heads());
    f(projection{}, stochastic_spectral_descent());
    f(projection{}, polar_grad());
    f(projection{}, polar_first_grad<>{});
    f(projection{}, left_polar_grad_m());
    f(projection{}, scion_spectral());
    f(embedding{}, scion_row_norm());
    f(swiglu_down{}, scion_column_norm());
    // entries
    f(entries{}, scion_sign());
    f(entries{}, adam{});
    f(entries{}, lion{});
    f(entries{}, heavy_ball{.beta = 0.9});
    // one's own
    f(embedding{}, m | rule<embedding>([](auto x, auto y) {
          for (index_t i = 0; i < x.rows; ++i)
              for (index_t j = 0; j < x.cols; ++j) y(i, j) = x(i, j) / 2;
      }));
}

}  // namespace isotypic
