// SPDX-License-Identifier: MIT
#include "formulas.hpp"
#include <isotypic/polar/exact_svd.hpp>
#include <isotypic/update/polar_grad.hpp>
#include <doctest/doctest.h>

using namespace isotypic;
using namespace formulas;

namespace {
const history grads = gaussians(7, 4, 1), wide = gaussians(3, 8, 2);
}

TEST_CASE("stochastic_spectral_descent: nuclear norm times polar factor, the steepest descent step") {
    for (history const& g : {grads, wide}) {
        CHECK(gap(stochastic_spectral_descent<exact_svd>(), g, each(g, [](dense const& x) { return dense(nuclear(x) * exact_polar(x)); })) <= 1e-12);
        const coefficients set = polar_express;
        CHECK(gap(stochastic_spectral_descent(), g, each(g, [&](dense const& x) { return dense(inner(x, iterated(x, set)) * iterated(x, set)); })) <= 1e-11);
    }
    CHECK(homogeneity(stochastic_spectral_descent()) == 1);
}

TEST_CASE("polar_grad: polar factor of the average, times its nuclear norm to the power alpha") {
    for (double alpha : {0., 0.5, 1.}) {
        auto formula = [&](dense const& x) { return dense(std::pow(nuclear(x), alpha) * exact_polar(x)); };
        for (history const& g : {grads, wide}) {
            CHECK(gap(polar_grad<exact_svd>({.alpha = alpha}), g, each(ema(g, 0.95), formula)) <= 1e-12);
            CHECK(gap(polar_grad<exact_svd>({.beta = 0.5, .alpha = alpha}), g, each(ema(g, 0.5), formula)) <= 1e-12);
            CHECK(gap<float>(polar_grad<exact_svd>({.alpha = alpha}), g, each(ema(g, 0.95), formula)) <= 1e-5);
        }
        CHECK(homogeneity(polar_grad({.alpha = alpha})) == alpha);
    }
}

TEST_CASE("polar_first_grad: average of the polar factors, times the newest gradient's nuclear norm") {
    for (double alpha : {0., 1.})
        for (history const& g : {grads, wide}) {
            history expected = ema(each(g, exact_polar), 0.95);
            for (std::size_t t = 0; t < g.size(); ++t) expected[t] *= std::pow(nuclear(g[t]), alpha);
            CHECK(gap(polar_first_grad<exact_svd>{.alpha = alpha}, g, expected) <= 1e-12);
            const history tripled = each(g, [](dense const& x) { return dense(3 * x); });
            CHECK(gap(polar_first_grad<exact_svd>{.alpha = alpha}, tripled, each(expected, [&](dense const& x) { return dense(std::pow(3, alpha) * x); })) <= 1e-12);
        }
    CHECK(gap(polar_grad<exact_svd>(), grads, updates(polar_first_grad<exact_svd>{}, grads)) > 1e-2);
}

TEST_CASE("polar_first_grad: in place, and item by item") {
    cpu device;
    dense x = gaussian(6, 4, 3), y = x;
    auto state = init(polar_first_grad<exact_svd>{}, device, row_heads(y, 2));
    const auto in = blocks<double const>(row_heads(y, 2));
    polar_first_grad<exact_svd>{}.apply(context<cpu, double>{device, 1, in, in}, in, row_heads(y, 2), state);
    for (index_t h = 0; h < 2; ++h) {
        const dense head = x.middleRows(3 * h, 3);
        CHECK(distance(y.middleRows(3 * h, 3), 0.05 * nuclear(head) * exact_polar(head)) <= 1e-12);
    }
}

TEST_CASE("muon_polar: Nesterov's look ahead, no scale") {
    for (history const& g : {grads, wide}) {
        CHECK(gap(muon_polar<exact_svd>(), g, each(ema(g, 0.95, true), exact_polar)) <= 1e-12);
        CHECK(gap(muon_polar<exact_svd>({.beta = 0.5}), g, each(ema(g, 0.5, true), exact_polar)) <= 1e-12);
    }
}

TEST_CASE("polar_grad: zero gives zero, any scale keeps the degree") {
    for (double scale : {1e-30, 1e30}) {
        const dense x = gaussian(5, 4, 4);
        CHECK(distance(update<float>(polar_grad<exact_svd>({.beta = 0}), scale * x), scale * nuclear(x) * exact_polar(x)) <= 1e-5);
        CHECK(distance(update<float>(polar_first_grad<exact_svd>{.beta = 0}, scale * x), scale * nuclear(x) * exact_polar(x)) <= 1e-5);
    }
    CHECK(update(polar_grad(), dense::Zero(4, 3)) == dense::Zero(4, 3));
    CHECK(update(polar_first_grad<>{}, dense::Zero(4, 3)) == dense::Zero(4, 3));
    CHECK(update(polar_first_grad<>{}, dense(0, 3)).size() == 0);
}
