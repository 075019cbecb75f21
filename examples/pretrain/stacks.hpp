// SPDX-License-Identifier: MIT
#pragma once
#include "optimizers.hpp"
#include "rates.hpp"
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/symmetry_compatible.hpp>

/// \file
/// Roles, rules, rates and decays of both optimizers, the same on every device.

/// A scale's parameter whose decay would do nothing but set its step: the direction of unit_direction. Never decays.
struct scale_direction : isotypic::symmetry<isotypic::signs, isotypic::trivial> {};

/// Adds maps by role and head, and the scales in front of and behind them.
template <class Stepped>
struct adder {
    Stepped& to;
    pretrain::placement scales;

    template <class Role>
    void scale(std::string const& name, pretrain::tensor<float>& w, pretrain::tensor<float>& g, pretrain::tensor<float>& magnitude,
               pretrain::tensor<float>& dmagnitude) {
        if (scales.as == pretrain::stored::unit)
            to.template add<scale_direction>(name, w, g);
        else
            to.template add<Role>(name, w, g);
        if (magnitude.size()) to.template add<Role>(name + ", magnitude", magnitude, dmagnitude);
    }
    /// roles: add(name, map, its gradient, b)
    template <class F>
    void maps(std::string const& at, pretrain::fed_weights<float>& w, pretrain::fed_weights<float>& g, F const& add) {
        using isotypic::scale_in, isotypic::scale_out;
        for (std::size_t b = 0; b < w.maps.size(); ++b) {
            const std::string name = at + std::to_string(b);
            add(name, w.maps[b], g.maps[b], b);
            if (b < w.in.size()) scale<scale_in>(name + ", in", w.in[b], g.in[b], w.in_magnitude[b], g.in_magnitude[b]);
            if (b < w.out.size()) scale<scale_out>(name + ", out", w.out[b], g.out[b], w.out_magnitude[b], g.out_magnitude[b]);
        }
    }
    /// `n` tells how many parts of q, k, v and o count as matrices of their own.
    void all(isotypic::index_t n, pretrain::weights<float>& w, pretrain::weights<float>& g) {
        using namespace isotypic;
        to.template add<embedding>("embed", w.embed, g.embed);
        for (std::size_t i = 0; i < w.layers.size(); ++i) {
            const std::string at = nn::layer_name(i);
            auto &a = w.layers[i], &d = g.layers[i];
            maps(at + "qkv", a.qkv, d.qkv,
                 [&](auto const& name, auto& x, auto& dx, std::size_t) { to.template add<attention_heads>(name, row_heads(x, n), row_heads(dx, n)); });
            to.template add<attention_heads>(at + "o", column_heads(a.o, n), column_heads(d.o, n));
            maps(at + "mlp", a.mlp, d.mlp, [&](auto const& name, auto& x, auto& dx, std::size_t b) {
                if (b == 0)
                    to.template add<swiglu_gate>(name, x, dx);
                else
                    to.template add<swiglu_up>(name, x, dx);
            });
            to.template add<swiglu_down>(at + "down", a.down, d.down);
        }
        maps("head", w.head, g.head, [&](auto const& name, auto& x, auto& dx, std::size_t) { to.template add<lm_head>(name, x, dx); });
    }
};

/// `made(on<role>(...)...)` makes a stack of them, and of it a unique_ptr to an optimizer with `add<Role>(name, weight, gradient)`.
template <class Made>
std::unique_ptr<optimizer> make_stack(settings const& s, variant const& v, pretrain::weights<float>& w, pretrain::weights<float>& g, Made const& made) {
    using namespace isotypic;
    // As in examples/lm. AdamW has not the symmetry of matrices, which is said by `unchecked`.
    const adam entry{.beta1 = 0.9, .beta2 = 0.95};
    const auto by_entry = unchecked(entry);
    const auto by_head = momentum{.beta = 0.95, .nesterov = true} | polar{} | scaled(keller_scale{});
    const auto neurons = momentum{.beta = 0.95, .nesterov = true} | row_norm{} | polar{} | scaled(keller_scale{});

    const rates r = rates_named(v.optimizer);
    auto at = [&](double peak) { return warmup_stable_decay{.peak = s.rate * peak, .steps = s.steps, .warmup = (s.steps * 3 + 99) / 100}; };
    // Decay is multiplied by the rate, of which it is to be independent.
    auto decay = [&](double peak, bool on = true) { return weight_decay{on ? v.decay / (s.rate * peak) : 0, true}; };
    const bool in = v.scale_decay == "in" || v.scale_decay == "both", out = v.scale_decay == "out" || v.scale_decay == "both";
    auto stack = [&](auto embed, auto head, auto attend, auto up, auto down, bool heads) -> std::unique_ptr<::optimizer> {
        auto all = made(on<embedding>(embed, at(r.embedding), decay(r.embedding)), on<lm_head>(head, at(r.head), decay(r.head)),
                        on<attention_heads>(attend, at(r.attention), decay(r.attention)), on<swiglu_gate>(up, at(r.mlp), decay(r.mlp)),
                        on<swiglu_up>(up, at(r.mlp), decay(r.mlp)), on<swiglu_down>(down, at(r.mlp), decay(r.mlp)),
                        on<scale_in>(entry, at(r.gain), decay(r.gain, in)), on<scale_out>(entry, at(r.gain), unchecked(decay(r.gain, out))),
                        on<scale_direction>(entry, at(r.gain)));
        adder<std::remove_reference_t<decltype(*all)>>{*all, w.scales}.all(heads ? w.layers[0].qkv.all[0].heads : 1, w, g);
        return all;
    };
    if (v.optimizer == "adamw") return stack(by_entry, by_entry, by_entry, by_entry, by_entry, false);
    return stack(row_norm_m(), centred_row_norm_m(), by_head, neurons, by_columns(neurons), true);
}
