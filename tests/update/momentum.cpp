// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/update/momentum.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {
const history grads = gaussians(6, 4, 1);
}

TEST_CASE("momentum: M <- beta M + (1 - beta) G, and Nesterov's look ahead") {
    for (double beta : {0., 0.5, 0.95}) {
        CHECK(gap(momentum{.beta = beta}, grads, ema(grads, beta)) <= 1e-15);
        CHECK(gap(momentum{beta, true}, grads, ema(grads, beta, true)) <= 1e-15);
        CHECK(gap<float>(momentum{beta, true}, grads, ema(grads, beta, true)) <= 1e-6);
    }
}

TEST_CASE("heavy_ball: SGD with momentum, B <- beta B + G, and G + beta B") {
    history b, x;
    dense now = dense::Zero(6, 4);
    for (dense const& g : grads) {
        now = 0.9 * now + g;
        b.push_back(now), x.push_back(g + 0.9 * now);
    }
    CHECK(gap(heavy_ball{.beta = 0.9}, grads, b) <= 1e-15);
    CHECK(gap(heavy_ball{0.9, true}, grads, x) <= 1e-15);
    CHECK(gap(heavy_ball{.beta = 0.9}, grads, each(ema(grads, 0.9), [](dense const& m) { return dense(10 * m); })) <= 1e-14);
}

TEST_CASE("identity: the gradient") { CHECK(gap(identity{}, grads, grads) == 0); }

TEST_CASE("momentum: in place it is the same, and without Nesterov its own buffer is handed on") {
    cpu device;
    for (bool nesterov : {false, true}) {
        const momentum rule{0.9, nesterov};
        dense y = dense::Zero(6, 4);
        blocks<double> block = as_blocks(y);
        auto state = init(rule, device, block);
        const history expected = ema(grads, 0.9, nesterov);
        for (std::size_t t = 0; t < grads.size(); ++t) {
            y = grads[t];
            const auto u = rule.apply(context<cpu, double>{device, index_t(t) + 1, block, block}, block, block, state);
            CHECK(distance(as_eigen(u.first), expected[t]) <= 1e-15);
            CHECK((u.first.data == y.data()) == nesterov);
        }
        state.for_each([&](char const* name, blocks<double> b) {
            CHECK(std::string(name) == "momentum");
            CHECK(distance(as_eigen(b.first), ema(grads, 0.9).back()) <= 1e-15);
        });
    }
}
