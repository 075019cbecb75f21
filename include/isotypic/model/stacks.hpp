// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/symmetry_compatible.hpp>
#include <isotypic/update/update_for.hpp>

/// \file
/// Ready-made layerwise stacks for every role of model/roles.hpp. The name says whose settings they are.
///
///     auto stack = stacks::matched<float>(1e-3);
///     auto embed = stack.add("embed", as<embedding>(E));
namespace isotypic::stacks {

/// The rates of the Qwen3-0.6B-style run of arXiv 2605.18106 and the router rate of its mixtures of experts.
struct symmetry_compatible_settings {
    index_t steps;  ///< of the whole run: rates are constant, then fall to 0 over the last 40 %
    double embedding = 0.5, head = 5e-3, muon = 2e-2, router = 7.5e-4, other = 5e-2, decay = 1e-3;
};

/// arXiv 2605.18106: unit rows for embeddings, heads and routers (the last two centred), Muon by heads and by
/// matrices for what is hidden, AdamW for vectors (cosine, 100 steps of warm-up). Their code centres tied heads
/// too; a shared row is no symmetry there, so this one does not. Theirs decays every vector, a `scale_out` too.
template <class T>
auto symmetry_compatible(symmetry_compatible_settings s) {
    auto stable = [&](double peak) { return warmup_stable_decay{.peak = peak, .steps = s.steps}; };
    const cosine other{.peak = s.other, .steps = s.steps, .warmup = 100};
    const adam vector{.beta1 = 0.9, .beta2 = 0.95};
    const weight_decay decay{s.decay};
    return layerwise<T>(on<embedding>(row_norm_m(), stable(s.embedding)), on<tied_embedding>(row_norm_m(), stable(s.embedding)),
                        on<lm_head>(centred_row_norm_m(), stable(s.head)), on<projection>(muon_heads(), stable(s.muon), decay),
                        on<attention_heads>(muon_heads(), stable(s.muon), decay), on<swiglu_gate>(muon_heads(), stable(s.muon), decay),
                        on<swiglu_up>(muon_heads(), stable(s.muon), decay), on<swiglu_down>(muon_heads(), stable(s.muon), decay),
                        on<expert>(muon_heads(), stable(s.muon), decay), on<router>(centred_row_norm_m(), stable(s.router)),
                        on<sigmoid_router>(row_norm_m(), stable(s.router)), on<scale_in>(vector, other, decay),
                        on<scale_out>(vector, other, unchecked(decay)), on<bias>(vector, other, decay));
}

/// The rates that K. Jordan's README shows; schedules are the caller's.
struct muon_adamw_settings {
    schedule muon = 0.02, adamw = 3e-4;
    double decay = 0.01;
};

/// Muon for hidden matrices, AdamW for the rest. AdamW has not the symmetry of embeddings, heads and
/// routers, and a `scale_out` should not decay: the exceptions are spelled out.
template <class T>
auto muon_adamw(muon_adamw_settings s = {}) {
    const adam entry{.beta1 = 0.9, .beta2 = 0.95};
    const weight_decay d{s.decay, true};
    return layerwise<T>(on<embedding>(unchecked(entry), s.adamw, d), on<tied_embedding>(unchecked(entry), s.adamw, d),
                        on<lm_head>(unchecked(entry), s.adamw, d), on<projection>(muon_keller(), s.muon, d),
                        on<attention_heads>(muon_keller(), s.muon, d), on<swiglu_gate>(muon_keller(), s.muon, d),
                        on<swiglu_up>(muon_keller(), s.muon, d), on<swiglu_down>(muon_keller(), s.muon, d),
                        on<expert>(muon_keller(), s.muon, d), on<router>(unchecked(entry), s.adamw, d),
                        on<sigmoid_router>(unchecked(entry), s.adamw, d), on<scale_in>(entry, s.adamw, d),
                        on<scale_out>(entry, s.adamw, unchecked(d)), on<bias>(entry, s.adamw, d));
}

/// Ours: the update that each symmetry picks, on momentum, scaled so that its entries have a root mean
/// square of about 0.2, as AdamW's have. One rate, of the size that suits AdamW, then serves every role
/// (derived in the manner of arXiv 2502.16982; not tuned on any model). A `scale_out` does not decay.
template <class T>
auto matched(schedule rate, weight_decay decay = {}) {
    const momentum m{.beta = 0.95};
    const auto rows = scaled(row_rms_scale{.rms = 0.2});
    const auto hidden = m | polar{} | scaled(moonlight_scale{});
    const auto by_rows = m | row_norm{} | rows;
    const auto up_to_shift = m | centre{} | row_norm{} | centre{} | rows;
    const adam vector{.beta1 = 0.9, .beta2 = 0.95};
    return layerwise<T>(on<embedding>(by_rows, rate, decay), on<tied_embedding>(by_rows, rate, decay), on<lm_head>(up_to_shift, rate, decay),
                        on<projection>(hidden, rate, decay), on<attention_heads>(hidden, rate, decay), on<swiglu_gate>(by_rows, rate, decay),
                        on<swiglu_up>(by_rows, rate, decay), on<swiglu_down>(m | by_columns(row_norm{} | rows), rate, decay),
                        on<expert>(hidden, rate, decay), on<router>(up_to_shift, rate, decay), on<sigmoid_router>(by_rows, rate, decay),
                        on<scale_in>(vector, rate, decay), on<scale_out>(vector, rate), on<bias>(vector, rate, decay));
}

}  // namespace isotypic::stacks
