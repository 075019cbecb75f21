// SPDX-License-Identifier: MIT
#pragma once
#include "weights.hpp"
#include <isotypic/device/thread_pool.hpp>
#include <isotypic/model/stacks.hpp>

/// \file
/// Muon for the hidden matrices and AdamW for the rest, the same for both sides.
namespace sepnorm {

/// The rates rise over 3 % of the steps and fall to 0 over the last 40 %; `rate` multiplies both.
inline auto make_stack(double rate, long steps) {
    auto at = [&](double peak) { return isotypic::warmup_stable_decay{.peak = rate * peak, .steps = steps, .warmup = (steps * 3 + 99) / 100}; };
    return isotypic::stacks::muon_adamw<float>({.muon = at(0.01), .adamw = at(1e-3)});
}

/// A stack with the weights in it, which must outlive it as the gradients and threads must.
struct optimizer {
    decltype(make_stack(1, 1)) stack;
    std::vector<isotypic::gradient<float>> gradients;  // views of the same memory in every step

    optimizer(double rate, long steps, weights<float>& w, weights<float>& g, isotypic::thread_pool& pool) : stack(make_stack(rate, steps)) {
        using namespace isotypic;
        stack.run_on(pool);
        std::vector<tensor<float>*> slopes;
        g.for_each([&](std::string const&, tensor<float>& slope) { slopes.push_back(&slope); });
        std::size_t i = 0;
        w.for_each([&](std::string const& name, tensor<float>& x) {
            tensor<float>& slope = *slopes[i++];
            if (name.ends_with("gain"))
                add<scale_in>(name, x, slope);
            else if (name.ends_with("shift"))
                add<bias>(name, x, slope);
            else if (name.starts_with("layer") || name == "key" || name == "value" || name == "listen")
                add<projection>(name, x, slope);
            else
                add<embedding>(name, x, slope);  // tables: a row for a pixel or a place
        });
    }
    void step() { stack.step(std::span<isotypic::gradient<float> const>(gradients)); }

private:
    template <class Role>
    void add(std::string const& name, tensor<float>& w, tensor<float>& g) {
        gradients.push_back(stack.add(name, isotypic::as<Role>(w))(g));
    }
};

}  // namespace sepnorm
