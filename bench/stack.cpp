// SPDX-License-Identifier: MIT
#include "against.hpp"
#include <Eigen/Core>
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/isotypic.hpp>

/// \file
/// A whole step of a small transformer's weights: width 128, 4 layers of q, k, v, o and SwiGLU 352, 256 tokens, an untied
/// head, 0.87 million numbers. The ready-made stacks against AdamW for every block, timed in turn: `times AdamW` says how
/// many steps of AdamW take as long.
using namespace isotypic;

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

const index_t width = smoke ? 16 : 128, hidden = smoke ? 44 : 352, tokens = smoke ? 32 : 256, layers = smoke ? 1 : 4;

/// The weights, and a stack with a rule for each role.
template <class Stack>
struct model {
    Stack stack;
    std::vector<std::unique_ptr<matrix>> memory;
    std::vector<gradient<float>> gradients;
    double size = 0;

    model(Stack s, executor_ref pool) : stack(std::move(s)) {
        stack.run_on(pool);
        put<embedding>("embedding", tokens, width);
        for (index_t l = 0; l < layers; ++l) {
            const std::string layer = std::to_string(l) + ".";
            for (auto const* name : {"q", "k", "v", "o"}) put<projection>(layer + name, width, width);
            put<swiglu_gate>(layer + "gate", hidden, width);
            put<swiglu_up>(layer + "up", hidden, width);
            put<swiglu_down>(layer + "down", width, hidden);
            put<scale_in>(layer + "norm 1", width, 1);
            put<scale_in>(layer + "norm 2", width, 1);
        }
        put<scale_in>("norm", width, 1);
        put<lm_head>("head", tokens, width);
    }
    void step() { stack.step(gradients); }

private:
    template <class Role>
    void put(std::string const& name, index_t m, index_t n) {
        memory.push_back(std::make_unique<matrix>(matrix::Random(m, n)));
        matrix& w = *memory.back();
        memory.push_back(std::make_unique<matrix>(matrix::Random(m, n)));
        gradients.push_back(stack.add(name, as<Role>(w))(*memory.back()));
        size += double(m * n);
    }
};

template <class Role>
auto adamw() {
    return on<Role>(unchecked(adam{}), 1e-3, {0.01, true});
}
auto adamw_for_all() {
    return layerwise<float>(adamw<embedding>(), adamw<lm_head>(), adamw<projection>(), adamw<swiglu_gate>(), adamw<swiglu_up>(),
                            adamw<swiglu_down>(), adamw<scale_in>());
}

void add_stack(std::string const& name, auto make) {
    for (index_t threads : {1, 2})
        add(name + "/" + std::to_string(threads), 51, [=](benchmark::State& state) {
            thread_pool pool(threads);
            model mine(make(), pool);
            model yardstick(adamw_for_all(), pool);
            against(state, "Gweights/s", mine.size, [&] { mine.step(); }, yardstick.size, [&] { yardstick.step(); });
            state.counters["times AdamW"] = 1 / state.counters["ratio"].value;
        });
}

const bool added = [] {
    add_stack("AdamW for all", [] { return adamw_for_all(); });
    add_stack("Muon + AdamW", [] { return stacks::muon_adamw<float>(); });
    add_stack("symmetry-compatible", [] { return stacks::symmetry_compatible<float>({.steps = 1000}); });
    add_stack("ours", [] { return stacks::matched<float>(1e-3); });
    return true;
}();

}  // namespace
