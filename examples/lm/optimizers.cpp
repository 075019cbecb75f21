// SPDX-License-Identifier: MIT
#include "optimizers.hpp"
#include "rates.hpp"
#include <isotypic/device/cpu_inverse.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/update/adamw.hpp>
#include <isotypic/update/by_columns.hpp>
#include <isotypic/update/muon.hpp>
#include <isotypic/update/symmetry_compatible.hpp>

using namespace isotypic;

namespace {

/// `heads` tells whether a head's part of q, k, v and o counts as a matrix of its own.
template <class Stack>
void add_all(stepped<Stack>& to, bool heads, nn::config const& c, nn::weights<float>& w, nn::weights<float>& g) {
    const index_t n = heads ? c.heads : 1, experts = w.layers[0].stack(c);
    to.template add<embedding>("embed", w.embed, g.embed);
    for (std::size_t i = 0; i < w.layers.size(); ++i) {
        const std::string at = nn::layer_name(i);
        auto &a = w.layers[i], &d = g.layers[i];
        to.template add<scale_in>(at + "norm1", a.norm1, d.norm1);
        to.template add<attention_heads>(at + "q", row_heads(a.q, n), row_heads(d.q, n));
        to.template add<attention_heads>(at + "k", row_heads(a.k, n), row_heads(d.k, n));
        to.template add<attention_heads>(at + "v", row_heads(a.v, n), row_heads(d.v, n));
        to.template add<attention_heads>(at + "o", column_heads(a.o, n), column_heads(d.o, n));
        to.template add<scale_in>(at + "norm2", a.norm2, d.norm2);
        if (c.experts) to.template add<router>(at + "router", a.router, d.router);
        to.template add<swiglu_gate>(at + "gate", row_heads(a.gate, experts), row_heads(d.gate, experts));
        to.template add<swiglu_up>(at + "up", row_heads(a.up, experts), row_heads(d.up, experts));
        to.template add<swiglu_down>(at + "down", row_heads(a.down, experts), row_heads(d.down, experts));
    }
    to.template add<scale_in>("norm", w.norm, g.norm);
    to.template add<lm_head>("head", w.head, g.head);
}

// A rule for each role, as `muon` and as `stack` have it. AdamW has not the symmetry of matrices, which is said by `unchecked`.
const adam entry{.beta1 = 0.9, .beta2 = 0.95};
const auto by_entry = unchecked(entry);
const auto muon = muon_keller();
const auto by_head = momentum{.beta = 0.95, .nesterov = true} | polar{} | scaled(keller_scale{});
const auto unit_rows = row_norm_m();
const auto centred_unit_rows = centred_row_norm_m();
// The rows of gate and up and the columns of down are neurons: unit neurons, then the polar factor.
const auto neurons = momentum{.beta = 0.95, .nesterov = true} | row_norm{} | polar{} | scaled(keller_scale{});

}  // namespace

std::unique_ptr<optimizer> make_optimizer(std::string const& name, settings const& s, nn::weights<float>& w, nn::weights<float>& g, thread_pool& pool) {
    const rates r = rates_of(name, s);
    const weight_decay decay{0.01, true};
    auto at = [&](double peak) { return warmup_stable_decay{.peak = peak, .steps = s.steps, .warmup = (s.steps * 3 + 99) / 100}; };
    auto made = [&](auto stack, bool heads = false) -> std::unique_ptr<optimizer> {
        auto all = std::make_unique<stepped<decltype(stack)>>(std::move(stack), pool);
        add_all(*all, heads, s.shape(), w, g);
        return all;
    };
    auto rules = [&](auto embed, auto head, auto route, auto attend, auto in, auto down) {
        return layerwise<float>(on<embedding>(embed, at(r.embedding), decay), on<lm_head>(head, at(r.head), decay), on<router>(route, at(r.router), decay),
                                on<attention_heads>(attend, at(r.attention), decay), on<swiglu_gate>(in, at(r.mlp), decay), on<swiglu_up>(in, at(r.mlp), decay),
                                on<swiglu_down>(down, at(r.mlp), decay), on<scale_in>(entry, at(r.gain), decay));
    };
    if (name == "adamw") return made(rules(by_entry, by_entry, by_entry, by_entry, by_entry, by_entry));
    if (name == "muon") return made(rules(by_entry, by_entry, by_entry, muon, muon, muon));
    if (name == "stack") return made(rules(unit_rows, centred_unit_rows, centred_unit_rows, by_head, neurons, by_columns(neurons)), true);
    if (name == "embedding") return made(rules(unit_rows, by_entry, by_entry, muon, muon, muon));
    if (name == "head") return made(rules(by_entry, centred_unit_rows, by_entry, muon, muon, muon));
    if (name == "router") return made(rules(by_entry, by_entry, centred_unit_rows, muon, muon, muon));
    return made(rules(by_entry, by_entry, by_entry, muon, neurons, by_columns(neurons)));
}
