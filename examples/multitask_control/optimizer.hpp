// SPDX-License-Identifier: MIT
#pragma once
#include "blocks_of.hpp"
#include <isotypic/model/layerwise.hpp>
#include <isotypic/model/roles.hpp>
#include <isotypic/model/schedule.hpp>
#include <isotypic/update/adamw.hpp>
#include <span>

/// \file
/// Adam on one flat row of numbers, block by block, the rate falling to 0, behind a clip of the whole gradient's length.
namespace multitask_control {

/// Adam has not the symmetry of maps, which is said by `unchecked`.
inline auto adam_stack(double rate, Index steps) {
    using namespace isotypic;
    const adam rule{.eps = 1e-5};
    const linear falling{.peak = rate, .steps = steps};
    return layerwise<float>(on<projection>(unchecked(rule), falling), on<bias>(rule, falling));
}

class optimizer {
public:
    matrix<float> gradient;  ///< 1 x p, to be filled before each step

    optimizer(block_list const& blocks, matrix<float>& weights, double rate, double clip, Index steps)
        : gradient(1, blocks.size()), stack(adam_stack(rate, steps)) {
        stack.clip = clip;
        for (block_at const& b : blocks) {
            auto w = b.in(weights.data()), g = b.in(gradient.data());
            if (b.maps)
                parts.push_back(stack.add(b.name, isotypic::as<isotypic::projection>(w))(g));
            else
                parts.push_back(stack.add(b.name, isotypic::as<isotypic::bias>(w))(g));
        }
    }
    void step() { stack.step(std::span<isotypic::gradient<float> const>(parts)); }

    /// f(first moment, second moment) of a block, as columns.
    template <class F>
    void at_moments(std::string const& block, F const& f) {
        std::vector<isotypic::view<float>> found;
        stack.for_each_state([&](std::string const& name, isotypic::named_block const& state) {
            if (name == block) found.push_back(std::get<isotypic::blocks<float>>(state.values).panel(0).transposed());
        });
        f(found.at(0), found.at(1));
    }

private:
    decltype(adam_stack(1, 1)) stack;
    std::vector<isotypic::gradient<float>> parts;  // views of the same memory in every step
};

}  // namespace multitask_control
