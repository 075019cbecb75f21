// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/polar/newton_schulz.hpp>
#include <isotypic/update/momentum.hpp>
#include <isotypic/update/scale.hpp>
#include <isotypic/update/steepest.hpp>

/// \file
/// Muon: the polar factor of momentum, by a few Newton-Schulz steps, with each author's scale.
///
///     muon_keller     M <- mu M + (1-mu) G,  X = mu M + (1-mu) G   sqrt(max(1, m/n)) NS5(X)    K. Jordan et al. 2024
///     muon_moonlight  B <- mu B + G,         X = G + mu B          0.2 sqrt(max(m, n)) NS5(X)  arXiv 2502.16982
///     muon_heads      B <- mu B + G,         X = G + mu B          sqrt(max(1, m/n)) PE5(X)    the matrix roles of arXiv 2605.18106
///
/// A batch of heads or experts is one matrix each: m x n is then a head's shape. Their codes add 1e-7 (1e-6 in
/// muon_heads) to |X|_F, which holds while |X|_F stays far above it, and multiply in bfloat16; ours
/// multiplies in the block's type. The singular values of five steps lie around 1, not at 1: see the sets.
namespace isotypic {

struct muon_settings {
    double mu = 0.95;
    bool nesterov = true;
    coefficients set = keller.with_norm_eps(1e-7);
};

inline auto muon_keller(muon_settings s = {}) {
    return momentum{s.mu, s.nesterov} | polar<newton_schulz>{{s.set}} | scaled(keller_scale{});
}
inline auto muon_moonlight(muon_settings s = {}) {
    return heavy_ball{s.mu, s.nesterov} | polar<newton_schulz>{{s.set}} | scaled(moonlight_scale{});
}
/// 1.02 |X|_F + 1e-6 is their divisor; the set's cushion multiplies its eps.
struct muon_heads_settings {
    double mu = 0.95;
    bool nesterov = true;
    coefficients set = polar_express_cushion.with_norm_eps(1e-6 / 1.02);
};
inline auto muon_heads(muon_heads_settings s = {}) {
    return heavy_ball{s.mu, s.nesterov} | polar<newton_schulz>{{s.set}} | scaled(keller_scale{});
}

}  // namespace isotypic
